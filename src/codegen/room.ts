/**
 * Values in memory, as a target that they are lowered to ("Storing" in CanonicalABI.md).
 */
import { hasHandles, hasPointers } from "../abi/contents.ts";
import { recordLayout, variantLayout } from "../abi/layout.ts";
import type { Case, ValType } from "../types/types.ts";
import { constant, plus } from "./build.ts";
import type { Code, Side } from "./generator.ts";
import type { BeginCase, Target } from "./lower.ts";
import { unsigned } from "./place.ts";
import type { Expr } from "./tree.ts";
import { type Range, type View, write, writeRange } from "./views.ts";

/** Room at `ptr + offset`. */
export class Room implements Target {
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

  number(kind: View, value: Expr): void {
    write(this.#code, this.#side, kind, this.#ptr, this.#offset, value);
  }

  bits(view: View, value: Expr): void {
    this.number(view, value);
  }

  range(of: "string" | "list", range: Range): void {
    writeRange(this.#code, this.#side, of, this.#ptr, this.#offset, range);
  }

  parts(types: readonly ValType[]): (i: number) => Target {
    const { offsets } = recordLayout(types, this.#side.pointer);
    return (i) => this.#at(offsets[i]!);
  }

  variant(cases: readonly Case[]): BeginCase {
    const { discriminantSize, payloadOffset } = variantLayout(cases, this.#side.pointer);
    return (i, write) => {
      this.bits(unsigned(discriminantSize), constant(i));
      write(this.#at(payloadOffset));
    };
  }

  outOfLine(t: ValType, value: Expr, write: (code: Code, value: Expr, target: Target) => void): void {
    const helper = this.#code.generator.helper("store", this.#side, t, ["value", "ptr"], (inner, [v, at]) => {
      write(inner, v!, new Room(inner, this.#side, at!, 0));
      return undefined;
    });
    this.#code.do(this.#code.callHelper(helper, this.#side, [value, this.address]));
  }

  #at(offset: number): Room {
    return new Room(this.#code, this.#side, this.#ptr, this.#offset + offset);
  }
}

/**
 * Adds what `write` adds, which puts values of these types to `ptr` and beyond: with views fetched once, if nothing
 * runs the guest.
 */
export function storeAll(code: Code, side: Side, types: readonly ValType[], ptr: Expr, write: () => void): void {
  if (types.some((t) => hasPointers(t) || hasHandles(t))) code.hoistIndices(side, ptr, write);
  else code.hoist(side, ptr, write);
}
