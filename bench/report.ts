/** What has been measured, as tables in Markdown and as JSON. */
import { about, type ImplementationName } from "./implementations.ts";
import type { Measured, Samples } from "./rounds.ts";
import { geometricMean, median, quantile } from "./statistics.ts";
import { grid } from "./table.ts";

export interface Figure {
  /** Nanoseconds a call: the median and the quartiles. */
  readonly ns: readonly [q1: number, median: number, q3: number];
  /** The same for what it is of the time of `raw`, round by round. */
  readonly ratio: readonly [q1: number, median: number, q3: number];
}

export interface Row {
  readonly name: string;
  readonly group: string;
  readonly figures: Readonly<Partial<Record<ImplementationName, Figure | { readonly unavailable: string }>>>;
}

export interface Report {
  readonly engine: string;
  readonly method: string;
  readonly rows: readonly Row[];
}

export function makeRow({ name, group, samples }: Measured): Row {
  const base = samples.raw;
  const figures = Object.entries(samples).map(([implementation, own]) => [implementation, figure(own, base)]);
  return { name, group, figures: Object.fromEntries(figures) as Row["figures"] };
}

function figure(own: Samples, base: Samples | undefined): Figure | { readonly unavailable: string } {
  if (!isArray(own)) return own;
  const ratios = base !== undefined && isArray(base) ? own.map((time, round) => time / base[round]!) : own.map(() => 1);
  return { ns: quartiles(own), ratio: quartiles(ratios) };
}

const isArray = (samples: Samples): samples is readonly number[] => Array.isArray(samples);

const quartiles = (values: readonly number[]) =>
  [quantile(values, 0.25), median(values), quantile(values, 0.75)] as const;

/** Whether a call by hand takes any time: where it does not, the engine has put the guest's code into the loop. */
export const countable = ({ figures: { raw } }: Row): boolean => raw === undefined || !("ns" in raw) || raw.ns[1] >= 1;

/** The ratios to `raw` of all rows that have one. */
export function ratios(rows: readonly Row[], implementation: ImplementationName): number[] {
  return rows.flatMap(({ figures }) => {
    const found = figures[implementation];
    return found !== undefined && "ratio" in found ? [found.ratio[1]] : [];
  });
}

// ---- Markdown

export function markdown({ engine, method, rows }: Report): string {
  const present = (Object.keys(about) as ImplementationName[]).filter((name) =>
    rows.some((row) => name in row.figures),
  );
  const groups = [...new Set(rows.map((row) => row.group))];
  return [
    `${engine}. ${method}`,
    ...present
      .map((name) => `- \`${name}\`: ${about[name]}`)
      .join("\n")
      .split("\n\n"),
    "### Geometric means of the ratio to `raw`",
    means(rows, groups, present),
    "In brackets, how many workloads could be measured, if not all. Calls of which `raw` takes less than a nanosecond are left out.",
    ...groups.flatMap((group) => [
      `### ${group[0]!.toUpperCase()}${group.slice(1)}`,
      table(
        rows.filter((row) => row.group === group),
        present,
      ),
    ]),
    ...missing(rows, present),
  ].join("\n\n");
}

function means(rows: readonly Row[], groups: readonly string[], present: readonly ImplementationName[]): string {
  const others = present.filter((name) => name !== "raw");
  const line = (title: string, all: readonly Row[]) => {
    const of = all.filter(countable);
    return [
      title,
      String(of.length),
      ...others.map((name) => {
        const values = ratios(of, name);
        if (values.length === 0) return "–";
        const some = values.length < of.length ? ` (${values.length})` : "";
        return `${times(geometricMean(values))}${some}`;
      }),
    ];
  };
  const boundary = rows.filter((row) => row.group !== "guest to guest");
  return grid(
    ["group", "workloads", ...others],
    [
      ...groups.map((group) =>
        line(
          group,
          rows.filter((row) => row.group === group),
        ),
      ),
      ...(boundary.length > 0 ? [line("**all between host and guest**", boundary)] : []),
      line("**all**", rows),
    ],
  );
}

function table(rows: readonly Row[], present: readonly ImplementationName[]): string {
  const others = present.filter((name) => name !== "raw" && rows.some((row) => ratios([row], name).length > 0));
  return grid(
    [
      "workload",
      "raw (ns)",
      ...others.flatMap((name) => [`${name} (ns)`, "ratio", ...(name === "gantry" ? ["quartiles"] : [])]),
    ],
    rows.map(({ name, figures }) => [
      name,
      figures.raw !== undefined && "ns" in figures.raw ? nanoseconds(figures.raw.ns[1]) : "–",
      ...others.flatMap((other) => {
        const found = figures[other];
        const more = other === "gantry" ? 1 : 0;
        if (found === undefined || !("ns" in found)) return ["–", "–", ...Array<string>(more).fill("–")];
        const { ns, ratio } = found;
        const spread = `${plain(ratio[0])}–${plain(ratio[2])}`;
        return [nanoseconds(ns[1]), times(ratio[1]), ...Array<string>(more).fill(spread)];
      }),
    ]),
  );
}

/** Why some have no figures. */
function missing(rows: readonly Row[], present: readonly ImplementationName[]): string[] {
  const lines = present.flatMap((implementation) => {
    const reasons = new Map<string, string[]>();
    for (const { name, figures } of rows) {
      const found = figures[implementation];
      if (found === undefined || !("unavailable" in found) || implementation === "adapter") continue;
      const reason = found.unavailable.split("\n")[0]!.slice(0, 100);
      reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
    }
    return [...reasons].map(([reason, names]) => `- \`${implementation}\`, ${names.join("; ")}: ${reason}`);
  });
  return lines.length === 0 ? [] : ["Not measured:", lines.join("\n")];
}

const plain = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const times = (value: number) => `${plain(value)}×`;
const nanoseconds = (value: number) => plain(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
