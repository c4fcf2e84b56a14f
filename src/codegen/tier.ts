/**
 * How generated functions come to life: `jit` with `new Function`, `evaluate` as closures, for hosts that forbid the
 * former.
 */

export type Tier = "jit" | "evaluate";

let allowed: boolean | undefined;

/**
 * What `option` says; else `jit`, if a probe shows that it is allowed. Under a Content Security Policy the probe itself
 * may be reported to somebody, so it is never made when the option is `evaluate`, and only once.
 */
export function chooseTier(option?: Tier): Tier {
  if (option !== undefined) return option;
  allowed ??= probe();
  return allowed ? "jit" : "evaluate";
}

function probe(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}
