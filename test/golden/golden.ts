/**
 * Golden files: a component's text with what gantry makes of it, in one file.
 *
 *     ;;! show = ["plan"]
 *     ;; what to look for
 *     (component …)
 *     ;;= plan
 *     ;;   core0 = …
 *
 * The first line says what is shown; the rest up to the first `;;=` is the program; each `;;=` begins the expected output
 * of one thing that is shown. `golden.test.ts` compares, `npm run bless` rewrites.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, print } from "@bytecodealliance/jco-transpile/wasm-tools";
import { decodeComponent } from "../../src/binary/component.ts";
import { generate } from "../../src/codegen/generate.ts";
import { printModule } from "../../src/codegen/print.ts";
import { ComponentError } from "../../src/errors/component-error.ts";
import { type Fused, fuse } from "../../src/fuse/fuse.ts";
import { analyzeBlocking } from "../../src/plan/blocking.ts";
import { type PlannedComponent, planComponent } from "../../src/plan/inline.ts";
import type { SourceIndex } from "../../src/plan/plan.ts";
import { printPlan } from "../../src/plan/print.ts";
import { allFeatures } from "../../src/validate/features.ts";
import { validateComponent } from "../../src/validate/validate.ts";

/** What can be shown of a component. A view that throws a `ComponentError` shows that. */
const views = {
  plan: (bytes: Uint8Array): string => printPlan(plan(bytes).plan, { ranges: false }),
  js: (bytes: Uint8Array): string => printModule(generate(plan(bytes).plan, true)),
  /** What of it is asynchronous. */
  blocking: (bytes: Uint8Array): string => {
    const { tasks, suspends, shims } = analyzeBlocking(plan(bytes).plan);
    const instances = (which: readonly boolean[]) => which.flatMap((yes, i) => (yes ? ` instance${i}` : []));
    const names = shims.map((index) => ` trampoline${index}`);
    return `tasks:${instances(tasks)}\nsuspends:${instances(suspends)}\nshims:${names}\n`;
  },
  /** The plan once calls between components are adapters. */
  fused: (bytes: Uint8Array): string => printPlan(fused(bytes).plan, { ranges: false }),
  /** The adapters. */
  adapters: async (bytes: Uint8Array): Promise<string> => {
    const { plan, bytes: code } = fused(bytes);
    const modules = plan.modules.filter(({ source }) => source === ADAPTERS);
    const texts = await Promise.all(modules.map(({ start, end }) => print(code.subarray(start, end))));
    return texts.join("");
  },
} as const;

type View = keyof typeof views;

function plan(bytes: Uint8Array): PlannedComponent<null> {
  const component = validateComponent(decodeComponent(bytes), bytes, { features: allFeatures });
  return planComponent({ component, environment: undefined, source: null });
}

const ADAPTERS = 1 as SourceIndex;

function fused(bytes: Uint8Array): Pick<Fused, "plan" | "bytes"> {
  const { plan: before } = plan(bytes);
  return fuse(before, { source: ADAPTERS, multiMemory: true, exceptions: true, late: false }) ?? { plan: before, bytes: new Uint8Array() };
}

/** All golden files, by paths from this folder. */
export function goldenFiles(): string[] {
  return readdirSync(import.meta.dirname, { encoding: "utf8", recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".wat"))
    .sort();
}

export function readGolden(file: string): string {
  return readFileSync(fileURLToPath(new URL(file, import.meta.url)), "utf8");
}

/** The file's text as it should be: the program as it is, every output made anew. */
export async function blessed(text: string): Promise<string> {
  const source = text.split(/^;;=/m, 1)[0]!;
  const bytes = await parse(source);
  const shown: string[] = [];
  for (const view of wantedViews(source)) shown.push(`;;= ${view}\n${comment(await show(view, bytes))}`);
  return `${source.trimEnd()}\n${shown.join("")}`;
}

/** What the file wants to be shown, in this order. */
function wantedViews(source: string): readonly View[] {
  const [, list = "null"] = /^;;! show = (.*)$/m.exec(source) ?? [];
  const wanted: unknown = JSON.parse(list);
  if (!Array.isArray(wanted) || !wanted.every((view): view is View => view in views)) {
    throw new Error(`";;! show = […]" must list some of ${Object.keys(views).join(", ")}`);
  }
  return wanted;
}

async function show(view: View, bytes: Uint8Array): Promise<string> {
  try {
    return await views[view](bytes);
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    return `${error.phase} ${error.code}: ${[...error.path, error.reason].join(" › ")}\n`;
  }
}

function comment(text: string): string {
  return text.replace(/^(.*)\n/gm, (_, line) => `;;   ${line}`.trimEnd().concat("\n"));
}
