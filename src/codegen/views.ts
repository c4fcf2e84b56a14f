/**
 * Where numbers lie in memory, as trees: an element of one of the views that a `Memory` has.
 *
 * What is read or written here has been checked to be inside the memory and aligned. Views are fetched from the `Memory`
 * at each access, since a call in between may have replaced them; loops that call nobody fetch them once.
 */
import { pointerSize } from "../abi/layout.ts";
import { type Body, binary, call, constant, get, index, plus } from "./build.ts";
import type { Code, Side } from "./generator.ts";
import type { Expr } from "./tree.ts";

const sizes = { u8: 1, s8: 1, u16: 2, s16: 2, u32: 4, s32: 4, u64: 8, s64: 8, f32: 4, f64: 8 } as const;

/** The name of one of the views of a `Memory`: it is the type of its elements. */
export type View = keyof typeof sizes;

/** Reads the number at `ptr + offset`. `load_int` in the specification. */
export function read(code: Code, side: Side, view: View, ptr: Expr, offset: number): Expr {
  return index(code.view(side, view), elementIndex(code, side, view, ptr, offset));
}

/**
 * Writes `value` at `ptr + offset`. `store_int` in the specification. `value` must not run the guest: the view is
 * fetched before it.
 */
export function write(code: Code, side: Side, view: View, ptr: Expr, offset: number, value: Expr): void {
  code.put(code.view(side, view), elementIndex(code, side, view, ptr, offset), value);
}

/** The offset is added afterwards: then engines see that the sum cannot overflow. */
function elementIndex(code: Code, side: Side, view: View, ptr: Expr, offset: number): Expr {
  return plus(code.elementIndex(side, ptr, sizes[view]), offset / sizes[view]);
}

/**
 * The memory's view, and the indices in it where a list of numbers begins and ends, which is checked. The view is fetched
 * after that, wherever the memory had grown.
 */
export function checkedPart(code: Code, side: Side, view: View, { ptr, length }: Range): readonly [Expr, Expr, Expr] {
  const size = constant(sizes[view]);
  const count = code.named(length, "length");
  const begin = code.bind(call("checkList", code.cx(side), ptr, count, size, size), "list");
  const from = code.named(elementIndex(code, side, view, begin, 0), "from");
  return [get(code.memory(side), view), from, binary(from, "+", count)];
}

/** A pointer and a length, as strings and lists have them. Both are numbers, whatever the memory. */
export interface Range {
  readonly ptr: Expr;
  readonly length: Expr;
}

/**
 * `load_string` and `load_list` in the specification, up to what the range at `ptr + offset` is of. The length of a
 * string may be tagged.
 */
export function readRange(code: Code, side: Side, of: "string" | "list", ptr: Expr, offset: number): Range {
  const view = side.pointer === "i32" ? "u32" : "u64";
  const size = pointerSize(side.pointer);
  const range = { ptr: read(code, side, view, ptr, offset), length: read(code, side, view, ptr, offset + size) };
  // What is read through an unsigned view is unsigned already.
  return side.pointer === "i32" ? range : liftRange(side, of, range.ptr, range.length);
}

/** Writes a range at `ptr + offset`: the end of `store_string` and `store_list` in the specification. */
export function writeRange(
  code: Code,
  side: Side,
  of: "string" | "list",
  ptr: Expr,
  offset: number,
  range: Range,
): void {
  const view = side.pointer === "i32" ? "u32" : "u64";
  const size = pointerSize(side.pointer);
  const [begin, length] = lowerRange(side, of, range);
  write(code, side, view, ptr, offset, begin);
  write(code, side, view, ptr, offset + size, length);
}

/** A range from two core values. Those of type `i32` are taken as they are: of either sign. */
export function liftRange(side: Side, of: "string" | "list", ptr: Expr, length: Expr): Range {
  if (side.pointer === "i32") return { ptr: binary(ptr, ">>>", 0), length: binary(length, ">>>", 0) };
  return { ptr: call("pointer64", ptr), length: call(of === "string" ? "taggedFrom64" : "pointer64", length) };
}

/** The reverse. */
export function lowerRange(side: Side, of: "string" | "list", { ptr, length }: Range): readonly [Expr, Expr] {
  if (side.pointer === "i32") return [ptr, length];
  return [call("pointerTo64", ptr), call(of === "string" ? "taggedTo64" : "pointerTo64", length)];
}

/** A pointer that is a core value, as a number. */
export function liftPointer(body: Body, side: Side, ptr: Expr, wanted: string): Expr {
  return side.pointer === "i32" ? binary(ptr, ">>>", 0) : body.bind(call("pointer64", ptr), wanted);
}
