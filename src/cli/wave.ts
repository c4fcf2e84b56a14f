/**
 * What reading and printing WAVE have in common: its keywords.
 */
const keywords: ReadonlySet<string> = new Set(["true", "false", "inf", "nan", "some", "none", "ok", "err"]);

/** Whether a label must be written with a `%` before it where it stands for a value. */
export function isKeyword(label: string): boolean {
  return keywords.has(label);
}
