/** `gantry print`: what a component imports and exports, and what gantry makes of it. */
import { decodeComponent } from "../binary/component.ts";
import { generate } from "../codegen/compile.ts";
import { printModule } from "../codegen/print.ts";
import { Component } from "../embed/component.ts";
import { planComponent } from "../plan/inline.ts";
import type { Plan } from "../plan/plan.ts";
import { printPlan } from "../plan/print.ts";
import { allFeatures, defaultFeatures } from "../validate/features.ts";
import { validateComponent } from "../validate/validate.ts";
import { exitCodes } from "./failure.ts";
import { type CompileSettings, compileSettings } from "./guest.ts";
import { readComponent } from "./input.ts";
import { printWorld } from "./wit.ts";

export interface PrintOptions extends CompileSettings {
  readonly plan?: true;
  readonly js?: true;
}

export async function print(file: string, options: PrintOptions): Promise<number> {
  const bytes = await readComponent(file);
  process.stdout.write(ensureNewline(textOf(bytes, options)));
  return exitCodes.ok;
}

function textOf(bytes: Uint8Array<ArrayBuffer>, options: PrintOptions): string {
  if (options.plan) return printPlan(planOf(bytes, options));
  if (options.js) return printModule(generate(planOf(bytes, options)).module);
  return printWorld(Component.compileSync(bytes, compileSettings(options)));
}

function planOf(bytes: Uint8Array, { features = [] }: CompileSettings): Plan {
  const on = features === "all" ? allFeatures : new Set([...defaultFeatures, ...features]);
  const component = validateComponent(decodeComponent(bytes), bytes, { features: on });
  return planComponent({ component, environment: undefined, source: undefined }).plan;
}

function ensureNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
