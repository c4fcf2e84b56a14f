/**
 * Runs the directives of one script, in order, against a host.
 *
 * Its rules are those of the official suite: an assertion holds only if the right thing fails, in the right phase, for
 * the reason expected. After a component that could not be made, the instance before it is gone, so that later
 * assertions cannot hold by mistake; they fail, and say why.
 */
import { ComponentError, type Phase } from "../errors/component-error.ts";
import { saysTheSame } from "./engine-words.ts";
import type { Host } from "./host.ts";
import type { AssembledDirective, AssembledSource, Invocation } from "./script.ts";
import { argumentsOf, ConstantError, compareResults, show } from "./values.ts";

export type DirectiveKind = AssembledDirective["kind"];

export interface Outcome {
  readonly line: number;
  readonly kind: DirectiveKind;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason?: string | undefined;
  readonly milliseconds: number;
}

export interface RunOptions {
  /** For each directive; nothing can be done about one that never yields: see `files.ts`. */
  readonly timeLimit: number;
  /** Called before each directive. */
  readonly started?: ((index: number) => void) | undefined;
  /** Called after each directive. */
  readonly finished?: ((index: number, outcome: Outcome) => void) | undefined;
  /** Directives, by index, that are known to hang or crash, and how: they fail without being run. */
  readonly lost?: ReadonlyMap<number, string> | undefined;
}

/** Runs a script. Never throws for anything that a directive or the host does. */
export async function runScript(
  script: readonly AssembledDirective[],
  host: Host,
  options: RunOptions,
): Promise<Outcome[]> {
  const run = new Run(host);
  const outcomes: Outcome[] = [];
  for (const [index, directive] of script.entries()) {
    options.started?.(index);
    const start = performance.now();
    const lost = options.lost?.get(index);
    const verdict = lost === undefined ? await limited(run.directive(directive), options.timeLimit) : abandoned(lost);
    if (verdict.abandoned) run.dropCurrent(directive.line);
    const outcome: Outcome = {
      line: directive.line,
      kind: directive.kind,
      status: verdict.status,
      reason: verdict.reason,
      milliseconds: performance.now() - start,
    };
    outcomes.push(outcome);
    options.finished?.(index, outcome);
  }
  return outcomes;
}

interface Verdict {
  readonly status: Outcome["status"];
  readonly reason?: string;
  /** What became of the current instance is unknown. */
  readonly abandoned?: boolean;
}

const passed: Verdict = { status: "passed" };
const failed = (reason: string): Verdict => ({ status: "failed", reason });
const skipped = (reason: string): Verdict => ({ status: "skipped", reason });
const abandoned = (reason: string): Verdict => ({ status: "failed", reason, abandoned: true });

/** What is said of a directive that does not end. */
export function timedOut(limit: number): string {
  return `timed out after ${limit / 1000} s`;
}

async function limited(work: Promise<Verdict>, limit: number): Promise<Verdict> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => resolve(abandoned(timedOut(limit))), limit);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Fails a directive, from however deep inside. */
class Failure extends Error {}

class Run {
  readonly #host: Host;
  readonly #definitions: Map<string, unknown> = new Map();
  readonly #instances: Map<string, unknown> = new Map();
  readonly #registered: Map<string, unknown> = new Map();
  #definition: unknown;
  #current: unknown;
  /** The line of the directive that should have made the current instance. */
  #lost: number | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  async directive(directive: AssembledDirective): Promise<Verdict> {
    try {
      return await this.#directive(directive);
    } catch (error) {
      if (error instanceof Failure || error instanceof ConstantError) return failed(error.message);
      return failed(explain(error));
    }
  }

  /** Forgets the current instance, which `line` left in an unknown state. */
  dropCurrent(line: number): void {
    for (const [name, instance] of this.#instances) if (instance === this.#current) this.#instances.delete(name);
    this.#current = undefined;
    this.#lost = line;
  }

  async #directive(directive: AssembledDirective): Promise<Verdict> {
    const { compileOnly = false } = this.#host;
    switch (directive.kind) {
      case "component": {
        this.#forget(directive.id, directive.line);
        const component = await this.#compile(directive.source);
        if (compileOnly) return passed;
        this.#keep(directive.id, await this.#host.instantiate(component, this.#registered));
        return passed;
      }
      case "definition": {
        this.#definition = undefined;
        if (directive.id !== undefined) this.#definitions.delete(directive.id);
        this.#definition = await this.#compile(directive.source);
        if (directive.id !== undefined) this.#definitions.set(directive.id, this.#definition);
        return passed;
      }
      case "instance": {
        this.#forget(directive.id, directive.line);
        if (compileOnly) return skipped("nothing is instantiated");
        const component =
          directive.definition === undefined ? this.#definition : this.#definitions.get(directive.definition);
        if (component === undefined) return failed(`there is no definition ${name(directive.definition)}`);
        this.#keep(directive.id, await this.#host.instantiate(component, this.#registered));
        return passed;
      }
      case "register":
        if (compileOnly) return skipped("nothing is instantiated");
        this.#registered.set(directive.name, this.#instance(directive.instance));
        return passed;
      case "invoke":
        if (compileOnly) return skipped("nothing is instantiated");
        await this.#invoke(directive.invocation);
        return passed;
      case "assert_return": {
        if (compileOnly) return skipped("nothing is instantiated");
        const { value, type } = await this.#invoke(directive.invocation);
        const difference = compareResults(directive.results, type, value);
        return difference === undefined ? passed : failed(difference);
      }
      case "assert_trap": {
        if (directive.of === "component") return this.#instantiationFails("trap", directive.source, directive.message);
        if (compileOnly) return skipped("nothing is instantiated");
        return expectFailure(["trap"], directive.message, async () =>
          show((await this.#invoke(directive.invocation)).value),
        );
      }
      case "assert_unlinkable":
        return this.#instantiationFails("link", directive.source, directive.message);
      case "assert_invalid":
        return expectFailure(["validate", "decode"], directive.message, async () => {
          await this.#compile(directive.source);
          return "a valid component";
        });
      case "assert_malformed": {
        const { source } = directive;
        if (source.refused !== undefined) return refusedFor(source.refused, directive.message);
        return expectFailure(["decode"], directive.message, async () => {
          await this.#compile(source);
          return "a valid component";
        });
      }
      case "unreadable":
        return failed(directive.reason);
    }
  }

  async #instantiationFails(phase: Phase, source: AssembledSource, message: string): Promise<Verdict> {
    const component = await this.#compile(source);
    if (this.#host.compileOnly) return skipped("nothing is instantiated");
    return expectFailure([phase], message, async () => {
      await this.#host.instantiate(component, this.#registered);
      return "an instance";
    });
  }

  async #compile(source: AssembledSource): Promise<unknown> {
    if (source.refused !== undefined) throw new Failure(`the assembler refuses it: ${inBrief(source.refused)}`);
    return this.#host.compile(source.bytes);
  }

  async #invoke({ instance, name: func, args }: Invocation) {
    const callee = this.#instance(instance);
    const type = this.#host.funcType(callee, func);
    if (type === undefined) throw new Failure(`the instance exports no function "${func}"`);
    return { type, value: await this.#host.invoke(callee, func, argumentsOf(args, type)) };
  }

  #instance(id: string | undefined): unknown {
    const instance = id === undefined ? this.#current : this.#instances.get(id);
    if (instance !== undefined) return instance;
    if (id === undefined && this.#lost !== undefined)
      throw new Failure(`there is no instance, since line ${this.#lost}`);
    throw new Failure(`there is no instance ${name(id)}`);
  }

  #forget(id: string | undefined, line: number): void {
    this.#current = undefined;
    this.#lost = line;
    if (id !== undefined) this.#instances.delete(id);
  }

  #keep(id: string | undefined, instance: unknown): void {
    this.#current = instance;
    this.#lost = undefined;
    if (id !== undefined) this.#instances.set(id, instance);
  }
}

function name(id: string | undefined): string {
  return id === undefined ? "here" : `$${id}`;
}

/** Passes if `work` fails in one of `phases` with a message that contains `message`. */
async function expectFailure(phases: readonly Phase[], message: string, work: () => Promise<string>): Promise<Verdict> {
  const wanted = `${phases[0]} error "${message}"`;
  let got: string;
  try {
    got = await work();
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    if (!phases.includes(error.phase)) return failed(`expected ${wanted}, got ${explain(error)}`);
    return agrees(error, message) ? passed : failed(`expected ${wanted}, got ${explain(error)}`);
  }
  return failed(`expected ${wanted}, got ${got}`);
}

/** Scripts may write Wasmtime's prefix of traps, which is no part of the reason. */
function agrees(error: ComponentError, expected: string): boolean {
  const reason = expected.replace(/^wasm trap: /, "");
  return error.message.includes(reason) || saysTheSame(error, reason);
}

/** The assembler is another program with a manner of speaking of its own, so letters alone are compared. */
function refusedFor(refusal: string, expected: string): Verdict {
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (letters(refusal).includes(letters(expected))) return passed;
  return failed(`expected "${expected}", but the assembler says ${inBrief(refusal)}`);
}

/** The sentence, and its place in the component's text, of what the assembler prints as data of its own language. */
function inBrief(refusal: string): string {
  const sentence =
    /kind: Custom\("((?:[^"\\]|\\.)*)"\)/.exec(refusal)?.[1] ?? /kind: Lex\((.*?)\) *\}/.exec(refusal)?.[1];
  if (sentence === undefined) return refusal;
  const place = /\bline: (\d+), col: (\d+)/.exec(refusal);
  const text = sentence.replace(/\\(["\\])/g, "$1");
  return place === null ? text : `${text} (line ${Number(place[1]) + 1} of it, column ${Number(place[2]) + 1})`;
}

/** One line for a `ComponentError`; anything else is a fault of the host, so with its stack. */
function explain(error: unknown): string {
  if (error instanceof ComponentError) return `${error.phase} error (${error.code}): ${error.message}`;
  return `a fault of the runtime: ${error instanceof Error ? (error.stack ?? show(error)) : show(error)}`;
}
