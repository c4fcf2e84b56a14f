/**
 * Times a function, in nanoseconds a call.
 *
 * The first quartile of many short runs: on a machine that does other things, too, long runs and means measure those.
 */

let sink: unknown;

/** `run` is called with the number of turns that it is to take, and returns something that depends on them all. */
export function nanoseconds(run: (turns: number) => unknown, milliseconds = 60): number {
  let turns = 8;
  // Warms up, and finds how many turns take about a tenth of a millisecond or more.
  for (const end = performance.now() + milliseconds / 3; performance.now() < end; ) {
    const start = performance.now();
    sink = run(turns);
    if (performance.now() - start < 0.1) turns *= 2;
  }
  const samples: number[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end || samples.length < 8; ) {
    const start = performance.now();
    sink = run(turns);
    samples.push(((performance.now() - start) * 1e6) / turns);
  }
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 2]!;
}

/** Prints a table: a row a method, a column a size. */
export function table<S>(title: string, sizes: readonly S[], methods: Record<string, (size: S) => number>): void {
  console.log(`\n${title} (ns, first quartile; ${versions()})`);
  const width = Math.max(...Object.keys(methods).map((name) => name.length));
  console.log(`${"".padEnd(width)}${sizes.map((size) => String(size).padStart(9)).join("")}`);
  for (const [name, method] of Object.entries(methods)) {
    const row = sizes.map((size) => method(size).toPrecision(3).padStart(9));
    console.log(`${name.padEnd(width)}${row.join("")}`);
  }
}

function versions(): string {
  const { versions } = globalThis.process ?? {};
  return versions === undefined ? navigator.userAgent : `node ${versions.node}, v8 ${versions.v8}`;
}

/** For what must not be optimized away. */
export function keep(value: unknown): void {
  sink = value;
}

export const kept = (): unknown => sink;
