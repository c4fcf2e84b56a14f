/**
 * Subtyping of component-level types, which says what may be supplied for what. "Type Checking" in Explainer.md.
 *
 * Components, instances and core modules may export more and import less than is asked of them; all other types must be
 * equal. The resources of the wanted type that are abstract stand for whatever the given type has in their place: they
 * are bound, in order, as the types are walked side by side. Value types are compared by identity once both sides are
 * put in terms of the same resources; only the message for a mismatch looks inside them.
 */
import { printType } from "../types/print.ts";
import type { AnyType, ComponentType, ExternDecl, ExternType, InstanceType, ResourceType } from "../types/types.ts";
import { externMismatch } from "../wasm/matching.ts";
import type { CoreModuleType } from "../wasm/types.ts";
import type { Context } from "./context.ts";
import { mentionsFreeResource } from "./facts.ts";
import { describeFuncMismatch, describeValMismatch } from "./mismatch.ts";
import { Substitution } from "./substitute.ts";

/** What an item of a type is called. */
function nounOf(type: ExternType): string {
  return type.kind === "core-module" ? "module" : type.kind;
}

function nounOfType(type: AnyType): string {
  switch (type.kind) {
    case "func":
    case "resource":
    case "component":
    case "instance":
      return type.kind;
    default:
      return "defined type";
  }
}

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
  readonly #where: string[];

  constructor(
    context: Context,
    offset: number,
    left: Substitution,
    right: Substitution,
    open: Iterable<ResourceType>,
    where: string[] = [],
  ) {
    this.#context = context;
    this.#offset = offset;
    this.#left = left;
    this.#right = right;
    this.#open = new Set(open);
    this.#where = where;
  }

  /** Fails unless something of type `given` may be supplied where `wanted` is asked for. `where` is for the message. */
  extern(given: ExternType, wanted: ExternType, where?: string): void {
    if (where !== undefined) this.#where.push(where);
    this.#context.spend(1, this.#offset);
    this.#extern(given, wanted);
    if (where !== undefined) this.#where.pop();
  }

  #extern(given: ExternType, wanted: ExternType): void {
    switch (wanted.kind) {
      case "core-module":
        if (given.kind === "core-module") {
          this.#coreModule(given.type, wanted.type);
          return;
        }
        break;
      case "func":
        if (given.kind === "func") {
          this.#type(given.type, wanted.type);
          return;
        }
        break;
      case "value":
        if (given.kind === "value") {
          this.#type(given.type, wanted.type);
          return;
        }
        break;
      case "type":
        if (given.kind === "type") {
          this.#equal(given.type, wanted.type);
          return;
        }
        break;
      case "component":
        if (given.kind === "component") {
          this.#component(given.type, wanted.type);
          return;
        }
        break;
      case "instance":
        if (given.kind === "instance") {
          this.#instance(given.type, wanted.type);
          return;
        }
        break;
    }
    this.#fail(`expected ${nounOf(wanted)}, found ${nounOf(given)}`);
  }

  /** `eq` and `sub` bounds: the types are the same, each a subtype of the other. */
  #equal(given: AnyType, wanted: AnyType): void {
    this.#type(given, wanted);
    if (wanted.kind !== "instance" && wanted.kind !== "component") return;
    const { checker } = this.#inside("other-way");
    checker.#type(wanted, given);
  }

  #type(given: AnyType, wanted: AnyType): void {
    switch (wanted.kind) {
      case "resource":
        if (given.kind !== "resource") break;
        this.#resource(given, wanted);
        return;
      case "func": {
        if (given.kind !== "func") break;
        const [a, b] = [this.#left.funcType(given), this.#right.funcType(wanted)];
        if (a !== b) this.#fail(describeFuncMismatch(a, b));
        return;
      }
      case "component":
        if (given.kind !== "component") break;
        this.#component(given, wanted);
        return;
      case "instance":
        if (given.kind !== "instance") break;
        this.#instance(given, wanted);
        return;
      default: {
        if (given.kind === "resource" || given.kind === "func") break;
        if (given.kind === "component" || given.kind === "instance") break;
        const [a, b] = [this.#left.valType(given), this.#right.valType(wanted)];
        if (a !== b) this.#fail(describeValMismatch(a, b));
        return;
      }
    }
    this.#fail(`expected ${nounOfType(wanted)}, found ${nounOfType(given)}`);
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
    if (wanted.resources.length === 0) {
      this.#exports(given.exports, wanted.exports, "instance");
      return;
    }
    const { checker, open } = this.#inside("same-way");
    for (const resource of wanted.resources) open.add(resource);
    checker.#exports(given.exports, wanted.exports, "instance");
  }

  #component(given: ComponentType, wanted: ComponentType): void {
    const closed = !mentionsFreeResource(given) && !mentionsFreeResource(wanted);
    if (closed && (given === wanted || this.#context.subtypes.get(given)?.has(wanted))) return;
    const { checker, other } = this.#within(given, wanted);
    for (const { name, type } of given.imports.values()) {
      const supplied = wanted.imports.get(name);
      if (supplied === undefined) this.#fail(`missing expected import \`${name}\``);
      other.extern(supplied.type, type, `type mismatch in component import \`${name}\``);
    }
    checker.#exports(given.exports, wanted.exports, "component");
    if (!closed) return;
    const known = this.#context.subtypes.get(given);
    if (known === undefined) this.#context.subtypes.set(given, new Set([wanted]));
    else known.add(wanted);
  }

  /** Checkers for the exports of components, and for their imports: there what is wanted and what is given change places. */
  #within(
    given: ComponentType,
    wanted: ComponentType,
  ): { readonly checker: SubtypeChecker; readonly other: SubtypeChecker } {
    const left = new Substitution(this.#context, this.#offset, this.#left);
    const right = new Substitution(this.#context, this.#offset, this.#right);
    const make = (l: Substitution, r: Substitution, open: readonly ResourceType[]) =>
      new SubtypeChecker(this.#context, this.#offset, l, r, open, this.#where);
    return {
      checker: make(left, right, [...this.#open, ...wanted.exportedResources]),
      other: make(right, left, given.importedResources),
    };
  }

  /** A checker for types that bind resources of their own. */
  #inside(way: "same-way" | "other-way"): { readonly checker: SubtypeChecker; readonly open: Set<ResourceType> } {
    const left = new Substitution(this.#context, this.#offset, this.#left);
    const right = new Substitution(this.#context, this.#offset, this.#right);
    const [a, b, open] = way === "same-way" ? [left, right, this.#open] : [right, left, []];
    const checker = new SubtypeChecker(this.#context, this.#offset, a, b, open, this.#where);
    return { checker, open: checker.#open };
  }

  #exports(
    given: ReadonlyMap<string, ExternDecl>,
    wanted: ReadonlyMap<string, ExternDecl>,
    what: "instance" | "component",
  ): void {
    for (const { name, type } of wanted.values()) {
      const supplied = given.get(name);
      if (supplied === undefined) this.#fail(`missing expected export \`${name}\``);
      this.extern(supplied.type, type, `type mismatch in ${what} export \`${name}\``);
    }
  }

  #coreModule(given: CoreModuleType, wanted: CoreModuleType): void {
    if (given === wanted) return;
    this.#context.spend(given.imports.length + given.exports.length, this.#offset);
    this.#context.spend(wanted.imports.length + wanted.exports.length, this.#offset);
    const supplied = new Map(wanted.imports.map((i) => [`${i.module.length}.${i.module}${i.name}`, i.type]));
    for (const { module, name, type } of given.imports) {
      const other = supplied.get(`${module.length}.${module}${name}`);
      if (other === undefined) this.#fail(`missing expected import \`${module}::${name}\``);
      const reason = externMismatch(other, type);
      if (reason !== undefined) this.#fail(`type mismatch in import \`${module}::${name}\`: ${reason}`);
    }
    const exports = new Map(given.exports.map((e) => [e.name, e.type]));
    for (const { name, type } of wanted.exports) {
      const other = exports.get(name);
      if (other === undefined) this.#fail(`missing expected export \`${name}\``);
      const reason = externMismatch(other, type);
      if (reason !== undefined) this.#fail(`type mismatch in export \`${name}\`: ${reason}`);
    }
  }

  #fail(reason: string): never {
    return this.#context.fail("subtype", [...this.#where, reason].join(": "), this.#offset);
  }
}
