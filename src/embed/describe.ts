/** Values of the embedder's in errors: what came where something else is wanted. */

/** `"a Uint8Array"`, `"null"`, `"an object"`: the kind of a value in a few words. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  // What the platform made says so, whatever the names of classes have become.
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return tag === "Object" ? "an object" : `${/^[AEIO]/.test(tag) ? "an" : "a"} ${tag}`;
}

/** `value` as it is written, if that is short; else its kind. */
export function describeOption(value: unknown): string {
  if (typeof value === "string" && value.length <= 50) return JSON.stringify(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : describeKind(value);
}
