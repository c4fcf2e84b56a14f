/**
 * Values in memory: as a source that they are lifted from ("Loading" in CanonicalABI.md), and one after the other.
 */
import { elementSize, recordLayout, variantLayout } from "../abi/layout.ts";
import type { Case, ValType } from "../types/types.ts";
import { binary, local, plus } from "./build.ts";
import { type Code, inElements, type Side } from "./generator.ts";
import type { OutOfLine, Source } from "./lift.ts";
import type { Expr } from "./tree.ts";
import { type Range, read, readRange, type View } from "./views.ts";

/** What lies at `ptr + offset`. */
export class Place implements Source {
  readonly #code: Code;
  readonly #side: Side;
  readonly #ptr: Expr;
  readonly #offset: number;

  constructor(code: Code, side: Side, ptr: Expr, offset: number) {
    this.#code = code;
    this.#side = side;
    this.#ptr = ptr;
    this.#offset = offset;
  }

  get address(): Expr {
    return plus(this.#ptr, this.#offset);
  }

  number(kind: View): Expr {
    return read(this.#code, this.#side, kind, this.#ptr, this.#offset);
  }

  bits(view: View): Expr {
    return this.number(view);
  }

  range(of: "string" | "list"): Range {
    return readRange(this.#code, this.#side, of, this.#ptr, this.#offset);
  }

  parts(types: readonly ValType[]): (i: number) => Source {
    const { offsets } = recordLayout(types, this.#side.pointer);
    return (i) => this.#at(offsets[i]!);
  }

  variant(cases: readonly Case[]): { readonly tag: Expr; readonly payload: () => Source } {
    const { discriminantSize, payloadOffset } = variantLayout(cases, this.#side.pointer);
    return { tag: this.bits(unsigned(discriminantSize)), payload: () => this.#at(payloadOffset) };
  }

  outOfLine(): OutOfLine {
    const inside = (code: Code, [at]: readonly Expr[]) => new Place(code, this.#side, at!, 0);
    return { what: "load", inputs: ["ptr"], args: [this.address], inside };
  }

  #at(offset: number): Place {
    return new Place(this.#code, this.#side, this.#ptr, this.#offset + offset);
  }
}

/** The view for discriminants and flags of `size` bytes. */
export function unsigned(size: number): View {
  return size === 1 ? "u8" : size === 2 ? "u16" : "u32";
}

/**
 * A loop over `length` places of type `element` from `ptr` on. What counts the places counts elements of the widest view
 * that is used: a shift for each field takes a tenth of such a loop.
 * `quiet`: nothing in it runs the guest.
 */
export function eachElement(
  code: Code,
  side: Side,
  element: ValType,
  { ptr, length }: Range,
  quiet: boolean,
  body: (at: Expr, i: Expr) => void,
): void {
  const write = () => {
    const step = elementSize(element, side.pointer);
    const name = code.fresh("at");
    const at = local(name);
    let counter: readonly [size: number, name: string] | undefined;
    const loop = code.block(() => {
      code.loop("i", length, (i) => {
        const { statements, names } = code.namingIndices(at, () => body(at, i));
        const used = [...names];
        if (mentions(statements, name)) used.push([1, name]);
        used.sort(([a], [b]) => b - a);
        counter = used[0];
        if (counter === undefined) return;
        const [most, counting] = counter;
        for (const [size, name] of used.slice(1)) {
          code.add({ op: "const", name, value: binary(local(counting), "*", most / size) });
        }
        for (const statement of statements) code.add(statement);
        code.assign(local(counting), plus(local(counting), step / most));
      });
    });
    if (counter !== undefined) {
      const [most, counting] = counter;
      code.add({ op: "let", name: counting, value: inElements(side, ptr, most) });
    }
    for (const statement of loop) code.add(statement);
  };
  if (quiet) code.hoistViews(side, write);
  else write();
}

/** Whether there is a local `name` anywhere in (a part of) a tree. */
function mentions(tree: unknown, name: string): boolean {
  if (typeof tree !== "object" || tree === null) return false;
  const { op, name: own } = tree as { readonly op?: unknown; readonly name?: unknown };
  return (op === "local" && own === name) || Object.values(tree).some((part) => mentions(part, name));
}
