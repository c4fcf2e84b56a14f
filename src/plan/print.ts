/**
 * A plan as text: for `gantry print --plan`, and for golden tests, where a change of planning is read as a change of
 * lines. One line for each thing, in the order of the plan's tables; everything is called by its number there.
 */
import type {
  CanonicalOptions, CoreDef, Export, ExportValue, FuncDef, Immediates, Initializer, Leaf, ModuleDef, OptionsIndex,
  Plan, PlanImport, Trampoline,
} from "./plan.ts"; // biome-ignore format: one list
import { TypePrinter } from "./print-types.ts";

type CoreInstantiation = Extract<Initializer, { readonly op: "instantiate" }>;

/** Longer lists of arguments have a line for each. */
const MAX_LINE = 100;

export interface PrintPlanOptions {
  /** Whether to tell where in the binary each core module is. Left out where the output is compared. */
  readonly ranges?: boolean;
}

export function printPlan(plan: Plan, options: PrintPlanOptions = {}): string {
  return new Printer(plan, options.ranges ?? true).print();
}

class Printer {
  readonly #plan: Plan;
  readonly #ranges: boolean;
  readonly #types: TypePrinter;

  constructor(plan: Plan, ranges: boolean) {
    this.#plan = plan;
    this.#ranges = ranges;
    this.#types = new TypePrinter(plan);
  }

  print(): string {
    const plan = this.#plan;
    const lines = [
      ...plan.imports.map((leaf, i) => this.#import(leaf, i)),
      ...(this.#ranges ? plan.modules.map((_, i) => this.#module(i)) : []),
      ...plan.instances.flatMap(({ parent }, i) => (parent === undefined ? [] : `instance${i} in instance${parent}`)),
      ...plan.lifts.map(
        (lift, i) =>
          `lift${i} = lift ${core(lift.core)}: ${this.#types.func(lift.type)} ${quote(lift.name)} ${this.#options(lift.options)}`,
      ),
      ...plan.trampolines.map((trampoline, i) => `trampoline${i} = ${this.#trampoline(trampoline)}`),
      ...plan.initializers.map((step) => this.#initializer(step)),
      ...plan.exports.flatMap((item) => this.#export(item)),
    ];
    return [...this.#types.lines, ...lines].map((line) => `${line}\n`).join("");
  }

  #import(leaf: PlanImport, index: number): string {
    const start = `import${index} ${leaf.path.map(quote).join(" ")}${attributes(leaf)}`;
    switch (leaf.kind) {
      case "func":
        return `${start}: ${this.#types.func(leaf.type)}`;
      case "resource":
        return `${start}: resource${leaf.resource}`;
      case "core-module":
        return `${start}: core module`;
    }
  }

  #module(index: number): string {
    const { source, start, end } = this.#plan.modules[index]!;
    return `module${index} = ${source === 0 ? "" : `source${source} `}0x${start.toString(16)}..0x${end.toString(16)}`;
  }

  #options(index: OptionsIndex): string {
    return `(${optionTexts(this.#plan.options[index]!).join(", ")})`;
  }

  #trampoline(trampoline: Trampoline): string {
    switch (trampoline.op) {
      case "lower":
        return `lower ${func(trampoline.callee)}: ${this.#types.func(trampoline.type)} ${quote(trampoline.name)} ${this.#options(trampoline.options)}`;
      case "builtin": {
        const { builtin, instance, immediates } = trampoline;
        const { options } = immediates;
        const side = options === undefined ? `(instance${instance})` : this.#options(options);
        return [builtin, ...this.#immediates(immediates), side].join(" ");
      }
    }
  }

  #immediates(immediates: Immediates): string[] {
    const { resource, type, closure, table, memory, pointer, coreType, slot, result } = immediates;
    return [
      ...(resource === undefined ? [] : [`resource${resource}`]),
      ...(type === undefined ? [] : [this.#types.type(type)]),
      ...(coreType === undefined ? [] : [coreType]),
      ...(slot === undefined ? [] : [String(slot)]),
      ...(closure === undefined ? [] : [`(func (param ${closure}))`]),
      ...(table === undefined ? [] : [core(table)]),
      ...(memory === undefined ? [] : [core(memory)]),
      ...(pointer === "i64" ? [pointer] : []),
      ...(immediates.async ? ["async"] : []),
      ...(immediates.cancellable ? ["cancellable"] : []),
      ...(immediates.shared ? ["shared"] : []),
      ...(result === undefined ? [] : [`-> ${result.type === undefined ? "()" : this.#types.type(result.type)}`]),
    ];
  }

  #initializer(step: Initializer): string {
    switch (step.op) {
      case "instantiate":
        return `core${step.core} = instantiate ${module(step.module)} in instance${step.owner}${coreArgs(step)}`;
      case "resource": {
        const resource = this.#plan.resources[step.resource]!;
        const owner = resource.kind === "defined" ? ` ${resource.rep} in instance${resource.instance}` : "";
        const name = resource.name === undefined ? "" : ` ${quote(resource.name)}`;
        const destructor = step.destructor === undefined ? "" : ` (destructor ${core(step.destructor)})`;
        return `resource${step.resource} = resource${name}${owner}${destructor}`;
      }
    }
  }

  #export(item: Export): string[] {
    const lines = [`export ${quote(item.name)}${attributes(item)} = ${this.#exported(item)}`];
    if (item.kind === "instance")
      lines.push(...item.exports.flatMap((part) => this.#export(part)).map((line) => `  ${line}`));
    return lines;
  }

  #exported(item: ExportValue): string {
    switch (item.kind) {
      case "func":
        return `${func(item.func)}: ${this.#types.func(item.type)}`;
      case "instance":
        return "instance";
      case "core-module":
        return module(item.module);
      case "resource":
        return `resource${item.resource}`;
      case "type":
        return `type ${this.#types.type(item.type)}`;
      case "other-type":
        return "type";
      case "component":
        return `component${item.component}`;
    }
  }
}

/** What is not the default. */
function optionTexts(options: CanonicalOptions): string[] {
  const { memory, realloc, postReturn, callback } = options;
  return [
    `instance${options.instance}`,
    ...(options.async ? ["async"] : []),
    ...(options.encoding === "utf8" ? [] : [options.encoding]),
    ...(options.pointer === "i32" ? [] : [options.pointer]),
    ...(memory === undefined ? [] : [`memory ${core(memory)}`]),
    ...(realloc === undefined ? [] : [`realloc ${core(realloc)}`]),
    ...(postReturn === undefined ? [] : [`post-return ${core(postReturn)}`]),
    ...(callback === undefined ? [] : [`callback ${core(callback)}`]),
  ];
}

function coreArgs({ args, leaves = [] }: CoreInstantiation): string {
  const texts = [
    ...args.map(({ module, name, value }) => `${quote(module)} ${quote(name)}: ${core(value)}`),
    ...leaves.map(({ module, name, value }) => `${quote(module)} ${quote(name)}: ${leaf(value)}`),
  ];
  if (texts.length === 0) return "";
  const line = texts.join(", ");
  return line.length <= MAX_LINE ? ` (${line})` : ` (\n${texts.map((text) => `  ${text}\n`).join("")})`;
}

function core(def: CoreDef): string {
  return def.from === "trampoline" ? `trampoline${def.trampoline}` : `core${def.instance}.${quote(def.name)}`;
}

function leaf(def: Leaf): string {
  switch (def.leaf) {
    case "trap":
      return `trap ${def.code}`;
    case "bad-range":
    case "bad-room":
      return `trap ${def.leaf} ${def.what} options${def.options}`;
    case "invalid-char":
    case "uncaught-exception":
      return `trap ${def.leaf}`;
    case "invalid-text":
      return `trap invalid-${def.encoding} options${def.options}`;
    case "may-leave":
    case "begin-call":
    case "end-call":
    case "begin-handles":
      return def.leaf;
    case "enter":
    case "leave":
      return `${def.leaf} instance${def.callee} from instance${def.caller}`;
    case "clear-storage":
    case "save-storage":
    case "restore-storage":
      return `${def.leaf} instance${def.instance}`;
    case "lift-own":
    case "lift-borrow":
    case "lower-own":
    case "lower-borrow":
    case "lend":
    case "end-loan":
      return `${def.leaf} resource${def.resource} options${def.options}`;
    case "late":
      return `late adapter${def.adapter} for ${core(def.stub)} in ${def.tables.map(core).join(", ")}`;
    case "transfer-own":
      return `${def.leaf} resource${def.resource} from options${def.from} to options${def.to}`;
  }
}

function func(def: FuncDef): string {
  return def.from === "import" ? `import${def.import}` : `lift${def.lift}`;
}

function module(def: ModuleDef): string {
  return def.from === "import" ? `import${def.import}` : `module${def.module}`;
}

function attributes(item: Pick<Export, "attributes">): string {
  const { implements: implemented, versionSuffix, externalId } = item.attributes ?? {};
  return [
    ...(implemented === undefined ? [] : [` (implements ${quote(implemented)})`]),
    ...(versionSuffix === undefined ? [] : [` (versionsuffix ${quote(versionSuffix)})`]),
    ...(externalId === undefined ? [] : [` (external-id ${quote(externalId)})`]),
  ].join("");
}

function quote(name: string): string {
  return JSON.stringify(name);
}
