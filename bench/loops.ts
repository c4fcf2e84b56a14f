/**
 * The loops that are timed: for each workload and implementation one of its own, from source of its own, so that each
 * call in it has seen nothing but the function that it calls.
 */
import type { Exports } from "./raw/kit.ts";
import type { CallWorkload, Workload } from "./workloads.ts";

/** Makes n calls, and returns something that depends on all of them. */
export type Loop = (n: number) => unknown;

let made = 0;

/**
 * `values` are those of the workload. All implementations get the same: where an object lies in memory, and what it was
 * moved next to since, can make half of what it takes to read it.
 */
export function makeLoop(workload: Workload, exports: Exports, values: readonly unknown[] | undefined): Loop {
  made += 1;
  if ("repeat" in workload) {
    const { repeat } = workload;
    return new Function(
      "exports",
      `const { ${repeat} } = exports; return function loop${made}(n) { return ${repeat}(n); };`,
    )(exports) as Loop;
  }
  const source = `"use strict";
    const { ${workload.uses} } = exports;
    const kept = new Array(8);
    const o = new Array(8);
    return function loop${made}(n) {
      // No integer, so that it never becomes too large for one: engines would have to make other code then.
      let sum = 0.5;
      for (let i = 0; i < n; i++) { ${turn(workload)} }
      return [sum, kept];
    };`;
  return new Function("exports", "v", source)(exports, values) as Loop;
}

function turn({ call, result }: CallWorkload): string {
  switch (result) {
    case "none":
      return `${call};`;
    case "number":
      return `sum += ${call};`;
    case "boolean":
      return `if (${call}) sum++;`;
    case "value":
      return `kept[i & 7] = ${call};`;
    case "thrown":
      return `try { sum += ${call}; } catch (error) { kept[i & 7] = error; }`;
  }
}
