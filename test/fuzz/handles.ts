/**
 * The handles in values, in the order in which they stand there.
 *
 * A guest may give a map the same key twice; JavaScript's maps have it once, with the value that came last. So values are
 * looked at as they are in JavaScript.
 */
import type { ResourceType, ValType } from "../../src/types/types.ts";
import { fromJs, type Handles, toJs } from "../reference/js-values.ts";
import type { Value } from "../reference/types.ts";

export interface Handle {
  readonly handle: "own" | "borrow";
  readonly resource: ResourceType;
  readonly rep: bigint;
}

const tokens: Handles = {
  toJs: (handle, resource, rep): Handle => ({ handle, resource, rep }),
  fromJs: () => 0n,
};

/** The handles in `value` that the host sees. */
export function handlesIn(value: Value, t: ValType): readonly Handle[] {
  return objectsIn(toJs(value, t, tokens), t) as readonly Handle[];
}

/** What stands for handles in a value of JavaScript. */
export function objectsIn(value: unknown, t: ValType): readonly unknown[] {
  const found: unknown[] = [];
  const collect = (_: unknown, __: unknown, object: unknown) => {
    found.push(object);
    return 0n;
  };
  fromJs(value, t, { encoding: "utf8", ptrType: "i32" }, { ...tokens, fromJs: collect });
  return found;
}
