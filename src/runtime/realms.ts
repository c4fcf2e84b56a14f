/**
 * What objects are, wherever they were made: frames, `vm` contexts and test runners have an `ArrayBuffer` and an `Error` of
 * their own, of which `instanceof` knows nothing.
 */

function isTagged(value: unknown, tag: string): boolean {
  return Object.prototype.toString.call(value) === `[object ${tag}]`;
}

export function isError(value: unknown): value is Error {
  return value instanceof Error || isTagged(value, "Error");
}

/** Whether `await` takes a value for a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const hasFields = (typeof value === "object" && value !== null) || typeof value === "function";
  return hasFields && typeof (value as { readonly then?: unknown }).then === "function";
}

export function isShared(value: unknown): value is SharedArrayBuffer {
  return isTagged(value, "SharedArrayBuffer");
}

/** An `ArrayBuffer`, shared or not. Anything may have its tag, but not its length. */
export function isBuffer(value: unknown): value is ArrayBufferLike {
  if (isShared(value)) return true;
  if (!isTagged(value, "ArrayBuffer")) return false;
  try {
    byteLengthGetter.call(value);
    return true;
  } catch {
    return false;
  }
}

const byteLengthGetter = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")!.get!;

export function isDataView(value: unknown): value is DataView {
  return ArrayBuffer.isView(value) && !("length" in value);
}

export function isTypedArray(value: unknown): value is ArrayBufferView & ArrayLike<unknown> {
  return ArrayBuffer.isView(value) && "length" in value;
}
