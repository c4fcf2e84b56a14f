/** Options that embedders pass: one that is misspelt, or of another kind, must not go unnoticed. */
import { show } from "../runtime/show.ts";
import { didYouMean } from "./near.ts";

/**
 * For each option what its value, which is there, has to be and is not, in words; `undefined` if it is. An option that has no
 * check does not compile.
 */
export type OptionChecks<Options> = { readonly [K in keyof Options]-?: (value: unknown) => string | undefined };

/**
 * Checks that `options` is an object with no other keys than `checks`, and what it has for these; `of` is what takes them,
 * as in `Component.compile`.
 *
 * @throws TypeError that names the option
 */
export function checkOptions<Options extends object>(
  of: string,
  options: unknown,
  checks: OptionChecks<Options>,
): asserts options is Options {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`the options of ${of} are an object, not ${show(options)}`);
  }
  const known = Object.keys(checks) as (keyof Options & string)[];
  for (const key of Object.keys(options)) {
    if ((known as string[]).includes(key)) continue;
    throw new TypeError(
      `there is no option "${key}" of ${of}; ${didYouMean(key, known) ?? `there are ${known.join(", ")}`}`,
    );
  }
  for (const key of known) {
    const value = (options as Options)[key];
    const fault = value === undefined ? undefined : checks[key](value);
    if (fault !== undefined) throw new TypeError(`the option "${key}" is ${fault}, not ${show(value)}`);
  }
}
