/**
 * What is said of imports that cannot be linked: all in one error, a line for each, and for an interface that is missing
 * as a whole one line for it all.
 */
import { ComponentError, type LinkFault } from "../errors/component-error.ts";
import { didYouMean, quoted } from "./near.ts";

export type Path = readonly [string, ...string[]];

/** An import that cannot be linked. */
export class Fault implements LinkFault {
  readonly code: LinkFault["code"];
  readonly path: Path;
  readonly wanted: string;
  readonly problem: string;

  constructor(code: LinkFault["code"], path: Path, wanted: string, problem: string) {
    this.code = code;
    this.path = path;
    this.wanted = wanted;
    this.problem = problem;
  }

  toString(): string {
    return `import ${this.path.map((name) => `"${name}"`).join(" › ")}: ${this.wanted}: ${this.problem}`;
  }
}

/** `path` leads to nothing. `problem` says more. */
export function missing(path: Path, wanted: string, problem: string): Fault {
  return new Fault("missing-import", path, wanted, problem);
}

/** Something is defined for it that does not do. */
export function wrong(path: Path, wanted: string, problem: string): Fault {
  return new Fault("wrong-import", path, wanted, problem);
}

/** Nothing is defined under `path[0]`; it says what is under like names. */
export function undefinedName(path: Path, wanted: string, defined: readonly string[]): Fault {
  const [name] = path;
  const at = name.indexOf("@");
  const versions = at < 0 ? [] : defined.filter((other) => other.startsWith(name.slice(0, at + 1)));
  const hint =
    versions.length > 0
      ? `only ${quoted(versions, "and")}, which is not compatible with it`
      : didYouMean(name, defined);
  return missing(path, wanted, `nothing is defined for it${hint === undefined ? "" : `; ${hint}`}`);
}

/**
 * Faults as they come, less those that say the same again.
 */
export class Faults {
  /** By the path of what is wrong. */
  readonly #faults: Map<string, Fault> = new Map();

  add(fault: Fault): void {
    const key = JSON.stringify(fault.path);
    if (!this.#faults.has(key)) this.#faults.set(key, fault);
  }

  /** Whether there is a fault at `path` already. */
  has(path: readonly string[]): boolean {
    return this.#faults.has(JSON.stringify(path));
  }

  /** @throws ComponentError if there are any */
  throw(): void {
    const faults = [...this.#faults.values()];
    if (faults.length === 0) return;
    const code = faults.every((fault) => fault.code === "missing-import") ? "missing-import" : "wrong-import";
    const text =
      faults.length === 1
        ? String(faults[0])
        : `${faults.length} imports cannot be linked:\n${faults.map((fault) => `  ${fault}`).join("\n")}`;
    throw new ComponentError("link", code, text, {
      faults: faults.map(({ code: own, path, wanted, problem }) => ({ code: own, path, wanted, problem })),
    });
  }
}
