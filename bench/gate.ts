/**
 * The gate: ratios to hand-written glue that are not to become worse.
 *
 * Ratios, since they differ less between machines and between runs than times. A workload fails if even the lower quartile
 * of its ratios is above what the gate has plus `tolerance`.
 */
import type { Row } from "./report.ts";

interface GateFile {
  readonly tolerance: number;
  readonly ratios: Readonly<Record<string, number>>;
}

/** What ratios may be at most, by workload. */
export type Gate = ReadonlyMap<string, number>;

export function gated(json: string): Gate {
  const { tolerance, ratios } = JSON.parse(json) as GateFile;
  return new Map(Object.entries(ratios).map(([name, ratio]) => [name, ratio * (1 + tolerance)]));
}

/** A sentence for each workload that is slower than its gate. */
export function faults(gate: Gate, rows: readonly Row[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, figures } of rows) {
    const limit = gate.get(name);
    const { gantry } = figures;
    if (limit === undefined) continue;
    if (gantry === undefined || "unavailable" in gantry)
      found.set(name, `${name}: ${gantry?.unavailable ?? "not measured"}`);
    else if (gantry.ratio[0] > limit) {
      const [q1, middle] = gantry.ratio.map((ratio) => ratio.toFixed(2));
      found.set(name, `${name}: ${middle}× raw, lower quartile ${q1}×, allowed ${limit.toFixed(2)}×`);
    }
  }
  return found;
}

/**
 * A gate of what has been measured. Without what is mostly noise: calls that engines do away with, and copies of
 * megabytes.
 */
export function blessed(rows: readonly Row[]): GateFile {
  const ratios = rows.flatMap(({ name, figures: { raw, gantry } }) =>
    raw !== undefined && "ns" in raw && gantry !== undefined && "ns" in gantry && raw.ns[1] > 1 && raw.ns[1] < 50_000
      ? [[name, Number(gantry.ratio[1].toFixed(2))] as const]
      : [],
  );
  return { tolerance: 0.2, ratios: Object.fromEntries(ratios) };
}
