/** Options that embedders pass, by their names: one that is misspelt must not go unnoticed. */
import { kindOf } from "../runtime/show.ts";
import { didYouMean } from "./near.ts";

/**
 * Checks that `options` is an object with no other keys than `known`; `of` is what takes them, as in
 * `Component.compile`.
 *
 * @throws TypeError that names the option
 */
export function checkOptionNames(of: string, options: unknown, known: readonly string[]): asserts options is object {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`the options of ${of} are an object, not ${kindOf(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new TypeError(
      `there is no option "${key}" of ${of}; ${didYouMean(key, known) ?? `there are ${known.join(", ")}`}`,
    );
  }
}
