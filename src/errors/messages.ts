/**
 * The reasons for which gantry traps a guest, by code, each worded once.
 *
 * Wording agrees with Wasmtime's where the official test scripts compare it. Decoding and validation word their errors
 * where the rule is checked: there the sentence is the best comment that the check can have.
 */
export const trapMessages = {
  "cannot-enter": () => "cannot enter component instance",
  "cannot-leave": () => "cannot leave component instance",
  "unknown-handle": (v: { index: number }) => `unknown handle index ${v.index}`,
  "wrong-handle-kind": (v: { index: number; kind: string }) => `handle index ${v.index} is not a ${v.kind}`,
  "wrong-resource-type": (v: { index: number }) => `handle index ${v.index} used with the wrong type`,
  "handle-table-full": () => "the handle table is full",
} as const;

export type TrapCode = keyof typeof trapMessages;
