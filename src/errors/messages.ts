/** What a guest's pointer was to be good for. */
export interface Span {
  readonly ptr: number;
  readonly size: number;
  readonly alignment: number;
  /** How many bytes there are. */
  readonly memory: number;
}

/** Adapters between components do not keep it. */
function told({ ptr, size, alignment, memory }: Partial<Span> = {}): string {
  if (ptr === undefined || memory === undefined) return "";
  return ` (${size} bytes, aligned to ${alignment}, at 0x${ptr.toString(16)} of 0x${memory.toString(16)})`;
}

/**
 * The reasons for which gantry traps a guest, by code, each worded once.
 *
 * Wording agrees with Wasmtime's where the official test scripts compare it. Decoding and validation word their errors
 * where the rule is checked: there the sentence is the best comment that the check can have.
 */
export const trapMessages = {
  "cannot-enter": (v?: { why: string }) => `cannot enter component instance${v === undefined ? "" : `: ${v.why}`}`,
  "cannot-leave": (v?: { by: string }) =>
    `cannot leave component instance${v === undefined ? "" : ` by \`${v.by}\``}: its realloc or post-return is running`,
  "unknown-handle": (v: { index: number; kind?: string }) =>
    `unknown handle index ${v.index}${v.kind === undefined ? "" : `, where a ${v.kind} is wanted`}`,
  "wrong-handle-kind": (v: { index: number; kind: string; found: string }) =>
    `handle index ${v.index} is a ${v.found}, not a ${v.kind}`,
  "wrong-resource-type": (v: { index: number; wanted: string; found: string }) =>
    `handle index ${v.index} used with the wrong type, expected ${v.wanted} but found a ${v.found}`,
  lent: () => "cannot remove owned resource while borrowed",
  "not-own": (v: { index: number }) => `cannot lift own resource from a borrow (handle index ${v.index})`,
  "wide-representation": () => "the 64-bit representation of a resource does not fit the i32 of a borrow",
  "borrows-remain": () => "borrow handles still remain at the end of the call",
  "backpressure-overflow": () => "backpressure counter overflow",
  "backpressure-underflow": () => "backpressure counter underflow",
  "no-result": () => "async-lifted export failed to produce a result",
  "returned-twice": () => "invalid `task.return`: the task has already returned a result or been cancelled",
  "not-cancelled": () => "invalid `task.cancel`: the task has not been asked to cancel",
  "return-mismatch": () => "invalid `task.return` signature and/or options for current task",
  "sync-task": (v: { builtin: string }) => `invalid \`${v.builtin}\`: the current task is not lifted \`async\``,
  "callee-trapped": () => "a function that was called asynchronously has trapped",
  "callback-code": () => "unsupported callback code",
  "cannot-block": () =>
    "cannot block a synchronous task before returning (deadlock detected: event loop cannot make further progress)",
  "waitable-set-not-empty": () => "cannot drop waitable set with waitables in it",
  "waitable-set-waited-for": () => "cannot drop waitable set with waiters",
  "waitable-in-set": () => "waitable cannot be used synchronously while added to a waitable set",
  "waitable-waited-for": () =>
    "waitable cannot be joined: waitable cannot be used synchronously while added to a waitable set",
  "subtask-not-resolved": () => "cannot drop a subtask which has not yet resolved",
  "cancelled-resolved": () => "`subtask.cancel` called after terminal status delivered",
  "cancelled-twice": () => "`subtask.cancel` called more than once for the same subtask",
  "thread-not-suspended": () => "cannot resume thread which is not suspended",
  "uninitialized-element": () => "uninitialized element",
  "undefined-element": () => "undefined element: out of bounds table access",
  "wrong-function-type": () => "indirect call type mismatch",
  "wrong-payload-type": (v: { kind: string }) => `handle of a ${v.kind} used with a different type of ${v.kind}`,
  "lift-done-stream": () => "cannot lift stream after being notified that the writable end dropped",
  "lift-done-future": () => "cannot lift future after previous read succeeded",
  "lift-in-set": (v: { kind: string }) => `cannot lift ${v.kind} while it's in a waitable set`,
  "remove-busy": (v: { kind: string }) => `cannot remove busy ${v.kind}`,
  "drop-busy": (v: { kind: string }) => `cannot drop busy ${v.kind}`,
  "copy-busy": () => "cannot have concurrent operations active on a future/stream",
  "not-copying": (v: { kind: string }) => `cannot cancel a copy of a ${v.kind} end that has none in progress`,
  "read-done-stream": () => "cannot read from stream after being notified that the writable end dropped",
  "write-done-stream": () => "cannot write to stream after being notified that the readable end dropped",
  "read-done-future": () => "cannot read from future after previous read succeeded",
  "write-done-future": () => "cannot write to future after previous write succeeded or readable end dropped",
  "drop-unwritten-future": () => "cannot drop future write end without first writing a value",
  "no-future-value": () => "the host has no value for a future",
  "intra-component": (v: { kind: string }) => `cannot read from and write to intra-component ${v.kind}`,
  "buffer-too-long": () => "the buffer of a stream is longer than 2^28 - 1 elements",
  "buffer-out-of-bounds": (v: { what: string }) => `${v.what} pointer/length out of bounds of memory`,
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
  "invalid-utf8": (v: { length: number; index: number }) =>
    `invalid utf-8 sequence of ${v.length} bytes from index ${v.index}`,
  "incomplete-utf8": (v: { index: number }) => `incomplete utf-8 byte sequence from index ${v.index}`,
  "invalid-utf16": (v: { index: number }) => `invalid utf-16: unpaired surrogate at code unit ${v.index}`,
  "invalid-discriminant": () => "invalid variant discriminant",
  "invalid-char": (v: { bits: number }) => `invalid \`char\` bit pattern: 0x${v.bits.toString(16)}`,
} as const;

export type TrapCode = keyof typeof trapMessages;
