/**
 * Values as text for those who look for what went wrong: short, and telling apart what comparison does.
 */

const LIMIT = 600;

export function show(value: unknown): string {
  const text = full(value);
  return text.length > LIMIT ? `${text.slice(0, LIMIT)}… (${text.length} characters)` : text;
}

function full(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(full).join(", ")}]`;
  if (ArrayBuffer.isView(value)) {
    const items = Array.from(value as unknown as ArrayLike<unknown>, full).join(", ");
    return `${value.constructor.name}[${items}]`;
  }
  if (value instanceof Map)
    return `Map{${[...value].map(([key, item]) => `${full(key)} => ${full(item)}`).join(", ")}}`;
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${full(item)}`);
  const name = Object.getPrototypeOf(value) === Object.prototype ? "" : `${value.constructor?.name ?? "object"} `;
  return `${name}{${entries.join(", ")}}`;
}
