/** What a guest's pointer was to be good for. */
export interface Span {
  readonly ptr: number;
  readonly size: number;
  readonly alignment: number;
  /** How many bytes there are. */
  readonly memory: number;
}

/** Not where a 64-bit pointer is more than JavaScript can count. */
function told({ ptr, size, alignment, memory }: Partial<Span> = {}): string {
  if (ptr === undefined || memory === undefined) return "";
  return ` (${size} bytes, aligned to ${alignment}, at 0x${ptr.toString(16)} of 0x${memory.toString(16)})`;
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/**
 * The reasons for which gantry traps a guest, by code, each worded once; those that only asynchronous components know are
 * in async-messages.ts.
 *
 * Wording agrees with Wasmtime's where the official test scripts compare it. Decoding and validation word their errors
 * where the rule is checked: there the sentence is the best comment that the check can have.
 */
export const trapMessages = {
  "cannot-enter": (v?: { why: string }) => `cannot enter component instance${v === undefined ? "" : `: ${v.why}`}`,
  "cannot-leave": (v?: { by: string }) =>
    `cannot leave component instance${v === undefined ? "" : ` by \`${v.by}\``}: its realloc or post-return is running`,
  "unknown-handle": (v: { index: number; kind?: string }) =>
    `unknown handle index ${v.index}${v.kind === undefined ? "" : `, where ${withArticle(v.kind)} is wanted`}`,
  "wrong-handle-kind": (v: { index: number; kind: string; found: string }) =>
    `handle index ${v.index} is ${withArticle(v.found)}, not ${withArticle(v.kind)}`,
  "wrong-resource-type": (v: { index: number; wanted: string; found: string }) =>
    `handle index ${v.index} used with the wrong type, expected ${v.wanted} but found a ${v.found}`,
  lent: () => "cannot remove owned resource while borrowed",
  "not-own": (v: { index: number }) => `cannot lift own resource from a borrow (handle index ${v.index})`,
  "wide-representation": () => "the 64-bit representation of a resource does not fit the i32 of a borrow",
  "borrows-remain": () => "borrow handles still remain at the end of the call",
  "backpressure-overflow": () => "backpressure counter overflow",
  "backpressure-underflow": () => "backpressure counter underflow",
  "handle-table-full": () => "the handle table is full",
  "unaligned-pointer": (v?: Span) => `unaligned pointer${told(v)}`,
  "pointer-out-of-bounds": (v?: Span) => `pointer out of bounds of memory${told(v)}`,
  "realloc-unaligned": (v?: Span) => `unaligned pointer: realloc return: result not aligned${told(v)}`,
  "realloc-out-of-bounds": (v: { what: "string" | "list" | "pointer" } & Partial<Span>) =>
    `${v.what} content out-of-bounds: realloc return: beyond end of memory${told(v)}`,
  "string-out-of-bounds": (v?: Span) =>
    `string content out-of-bounds: string pointer/length out of bounds of memory${told(v)}`,
  "string-too-long": () => "string content out-of-bounds: the string is longer than 2^28 - 1 bytes",
  "list-out-of-bounds": (v?: Span) =>
    `list content out-of-bounds: list pointer/length out of bounds of memory${told(v)}`,
  "list-too-long": () => "list content out-of-bounds: the list is longer than 2^28 - 1 bytes",
  "too-many-elements": (v: { most: number }) => `a list or a map has more than ${v.most} elements`,
  "values-too-large": () => "the values take more than 2^30 bytes of the host's memory",
  "invalid-utf8": (v: { length: number; index: number }) =>
    `invalid utf-8 sequence of ${v.length} bytes from index ${v.index}`,
  "incomplete-utf8": (v: { index: number }) => `incomplete utf-8 byte sequence from index ${v.index}`,
  "invalid-utf16": (v: { index: number }) => `invalid utf-16: unpaired surrogate at code unit ${v.index}`,
  "invalid-discriminant": () => "invalid variant discriminant",
  "invalid-char": (v: { bits: number }) => `invalid \`char\` bit pattern: 0x${v.bits.toString(16)}`,
} as const;

export type TrapCode = keyof typeof trapMessages;
