/**
 * The calls of bench.ts on the engines that there are: this Node, the machine's, Bun and Deno (from test/engines).
 *
 *     node bench/engines.ts [--write] [options of bench.ts]
 *
 * jco's output is made by the first and measured by all.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { machineNode } from "../scripts/machine-node.ts";
import { program } from "../test/engines/installed.ts";
import { section } from "./docs.ts";
import { cacheFolder } from "./guests.ts";
import { implementationNames } from "./implementations.ts";
import { countable, type Report, ratios } from "./report.ts";
import { geometricMean } from "./statistics.ts";
import { grid } from "./table.ts";

const bench = fileURLToPath(new URL("bench.ts", import.meta.url));
const strip = new URL("strip.mjs", import.meta.url).href;
const other = machineNode();
const bun = program("bun");
const deno = program("deno");
const commands: string[][] = [
  [process.execPath, bench],
  ...(other === undefined ? [] : [[other.path, "--import", strip, bench]]),
  ...(bun === undefined ? [] : [[bun, bench]]),
  ...(deno === undefined ? [] : [[deno, "run", "--allow-all", bench]]),
];

const passed = process.argv.slice(2).filter((arg) => arg !== "--write");
const reports = commands.map(([path, ...args], i): Report => {
  const file = `${cacheFolder}engine-${i}.json`;
  const { status } = spawnSync(path!, [...args, ...passed, "--json", file], { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`${path} failed`);
  return JSON.parse(readFileSync(file, "utf8")) as Report;
});

const groups = [...new Set(reports[0]!.rows.map(({ group }) => group))];
const present = implementationNames.filter(
  (name) => name !== "raw" && reports.some(({ rows }) => ratios(rows, name).length > 0),
);
const table = present
  .map((implementation) => {
    const mean = (report: Report, of: (group: string) => boolean) => {
      const values = ratios(report.rows.filter((row) => of(row.group)).filter(countable), implementation);
      return values.length === 0 ? "–" : `${geometricMean(values).toFixed(2)}× (${values.length})`;
    };
    const line = (title: string, of: (group: string) => boolean) => [
      title,
      ...reports.map((report) => mean(report, of)),
    ];
    return [
      `### \`${implementation}\``,
      grid(
        ["group", ...reports.map(({ engine }) => engine.split(",")[0]!)],
        [
          ...groups.map((group) => line(group, (other) => other === group)),
          line("**all between host and guest**", (group) => group !== "guest to guest"),
          line("**all**", () => true),
        ],
      ),
    ].join("\n\n");
  })
  .join("\n\n");
const text = `Geometric means of the ratio to \`raw\` on the same engine; in brackets, of how many workloads.\n\n${table}`;
console.log(text);
if (process.argv.includes("--write")) section("engines", text);
