/**
 * Subtyping of component-level types, which says what may be supplied for what. "Type Checking" in Explainer.md.
 *
 * Components, instances and core modules may export more and import less than is asked of them; all other types must be
 * equal. The resources of the wanted type that are abstract stand for whatever the given type has in their place: they
 * are bound, in order, as the types are walked side by side. Value types are compared by identity once both sides are
 * put in terms of the same resources; only the message for a mismatch looks inside them.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { printType } from "../types/print.ts";
import type {
  ComponentType, ExternDecl, ExternType, FuncType, InstanceType, ResourceType, ValType,
} from "../types/types.ts"; // biome-ignore format: one list
import { externMismatch } from "../wasm/matching.ts";
import type { CoreExternType, CoreModuleType } from "../wasm/types.ts";
import type { Context } from "./context.ts";
import { exportsOf, importKey } from "./core.ts";
import { kindNoun } from "./externs.ts";
import { mentionsFreeResource } from "./facts.ts";
import { describeMismatch } from "./mismatch.ts";
import { Substitution } from "./substitute.ts";

/** What a type is called where another kind of type is wanted. */
function nounOf({ kind }: ExternType["type"]): string {
  switch (kind) {
    case "core-module":
    case "func":
    case "resource":
    case "component":
    case "instance":
      return kind;
    default:
      kind satisfies ValType["kind"];
      return "defined type";
  }
}

/** Types that are equal if they are the same, once resources are. */
type Structural = ValType | FuncType;

type Where = readonly [where: string, name: string | undefined];

export class SubtypeChecker {
  readonly #context: Context;
  readonly #offset: number;
  /** What the resources of the given types are. */
  readonly #left: Substitution;
  /** What the resources of the wanted types have turned out to be. */
  readonly #right: Substitution;
  /** Abstract resources of the wanted types. */
  readonly #open: Set<ResourceType>;
  /** Where in the types: from the outside in. */
  readonly #where: Where[];

  constructor(
    context: Context,
    offset: number,
    open: Iterable<ResourceType>,
    left: Substitution = new Substitution(context, offset),
    right: Substitution = new Substitution(context, offset),
    where: Where[] = [],
  ) {
    this.#context = context;
    this.#offset = offset;
    this.#left = left;
    this.#right = right;
    this.#open = new Set(open);
    this.#where = where;
  }

  /**
   * Fails unless something of type `given` may be supplied where `wanted` is asked for. `where` and `name` begin the
   * message: they become text only where there is one.
   */
  extern(given: ExternType, wanted: ExternType, where: string, name?: string): void {
    this.#where.push([where, name]);
    this.#context.spend(1, this.#offset);
    this.#extern(given, wanted);
    this.#where.pop();
  }

  #extern(given: ExternType, wanted: ExternType): void {
    if (given.kind !== wanted.kind) this.#fail(`expected ${kindNoun(wanted.kind)}, found ${kindNoun(given.kind)}`);
    this.#type(given.type, wanted.type);
    // Where types are exported or imported they are the same: each is a subtype of the other.
    if (wanted.kind === "type" && (wanted.type.kind === "instance" || wanted.type.kind === "component")) {
      this.#inside([], "swapped").#type(wanted.type, given.type);
    }
  }

  #type(given: ExternType["type"], wanted: ExternType["type"]): void {
    if (given.kind === "core-module" && wanted.kind === "core-module") this.#coreModule(given, wanted);
    else if (given.kind === "resource" && wanted.kind === "resource") this.#resource(given, wanted);
    else if (given.kind === "component" && wanted.kind === "component") this.#component(given, wanted);
    else if (given.kind === "instance" && wanted.kind === "instance") this.#instance(given, wanted);
    else if (nounOf(given) !== nounOf(wanted)) this.#fail(`expected ${nounOf(wanted)}, found ${nounOf(given)}`);
    else {
      const [a, b] = [this.#left.part(given as Structural), this.#right.part(wanted as Structural)];
      if (a !== b) this.#fail(describeMismatch(a, b));
    }
  }

  #resource(given: ResourceType, wanted: ResourceType): void {
    const actual = this.#left.resource(given);
    if (this.#open.has(wanted) && !this.#right.binds(wanted)) {
      this.#right.bind(wanted, actual);
      return;
    }
    const expected = this.#right.resource(wanted);
    if (actual === expected) return;
    const [a, b] = [printType(actual), printType(expected)];
    this.#fail(`resource types are not the same${a === b ? "" : `: expected \`${b}\`, found \`${a}\``}`);
  }

  #instance(given: InstanceType, wanted: InstanceType): void {
    const checker = wanted.resources.length === 0 ? this : this.#inside([...this.#open, ...wanted.resources]);
    checker.#exports(given.exports, wanted.exports, "type mismatch in instance export");
  }

  #component(given: ComponentType, wanted: ComponentType): void {
    const closed = !mentionsFreeResource(given) && !mentionsFreeResource(wanted);
    const { subtypes } = this.#context;
    if (closed && (given === wanted || subtypes.get(given)?.has(wanted))) return;
    const checker = this.#inside([...this.#open, ...wanted.exportedResources]);
    // What is wanted and what is given change places; what imports bind is known to exports.
    const other = checker.#with(checker.#right, checker.#left, given.importedResources);
    for (const { name, type } of given.imports.values()) {
      const supplied = wanted.imports.get(name);
      if (supplied === undefined) this.#fail(`missing expected import \`${name}\``);
      other.extern(supplied.type, type, "type mismatch in component import", name);
    }
    checker.#exports(given.exports, wanted.exports, "type mismatch in component export");
    if (closed) getOrInsert(subtypes, given, () => new Set()).add(wanted);
  }

  /** A checker for types that bind resources of their own. */
  #inside(open: Iterable<ResourceType>, way: "same" | "swapped" = "same"): SubtypeChecker {
    const left = new Substitution(this.#context, this.#offset, this.#left);
    const right = new Substitution(this.#context, this.#offset, this.#right);
    return way === "same" ? this.#with(left, right, open) : this.#with(right, left, open);
  }

  #with(left: Substitution, right: Substitution, open: Iterable<ResourceType>): SubtypeChecker {
    return new SubtypeChecker(this.#context, this.#offset, open, left, right, this.#where);
  }

  #exports(given: ReadonlyMap<string, ExternDecl>, wanted: ReadonlyMap<string, ExternDecl>, what: string): void {
    for (const { name, type } of wanted.values()) {
      const supplied = given.get(name);
      if (supplied === undefined) this.#fail(`missing expected export \`${name}\``);
      this.extern(supplied.type, type, what, name);
    }
  }

  #coreModule(given: CoreModuleType, wanted: CoreModuleType): void {
    if (given === wanted) return;
    for (const { imports, exports } of [given, wanted])
      this.#context.spend(imports.length + exports.length, this.#offset);
    const supplied = new Map(wanted.imports.map((i) => [importKey(i), i.type]));
    for (const i of given.imports) this.#core("import", `${i.module}::${i.name}`, supplied.get(importKey(i)), i.type);
    const exports = exportsOf(this.#context, given);
    for (const { name, type } of wanted.exports) this.#core("export", name, exports.get(name), type);
  }

  #core(what: "import" | "export", name: string, given: CoreExternType | undefined, wanted: CoreExternType): void {
    if (given === undefined) this.#fail(`missing expected ${what} \`${name}\``);
    const reason = externMismatch(given, wanted);
    if (reason !== undefined) this.#fail(`type mismatch in ${what} \`${name}\`: ${reason}`);
  }

  #fail(reason: string): never {
    const where = this.#where.map(([at, name]) => (name === undefined ? `${at}: ` : `${at} \`${name}\`: `));
    return this.#context.fail("subtype", where.join("") + reason, this.#offset);
  }
}
