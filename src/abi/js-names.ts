/**
 * How names of WIT are spelled in JavaScript (docs/values.md), in the one place that all who read or write
 * such names share. It imports nothing, so that what runs after compilation can have it alone.
 */

export const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The name of a class: `http-error` and `HTTP-error` become `HttpError`. */
export function pascalCase(label: string): string {
  return label
    .split("-")
    .map((word) => capitalize(word.toLowerCase()))
    .join("");
}

/** The name of a function, parameter or field: `do-it` becomes `doIt`, `is-XML` `isXml`. */
export function camelCase(label: string): string {
  const [first = "", ...rest] = label.split("-").map((word) => word.toLowerCase());
  return first + rest.map(capitalize).join("");
}

/**
 * The keys of what stands together in one scope: the fields of a record, the labels of flags, the functions of an
 * interface. They are the labels in camel case, or as `spell` has it; of those that look the same then, the one that
 * always does is spelled so, or else the first, and the others stay as they are.
 */
export function keysOf(
  labels: readonly string[],
  spell: (label: string, i: number) => string = camelCase,
): readonly string[] {
  const all = new Set(labels);
  const taken = new Set<string>();
  return labels.map((label, i) => {
    const key = spell(label, i);
    const unique = taken.has(key) || all.has(key) ? label : key;
    taken.add(unique);
    return unique;
  });
}
