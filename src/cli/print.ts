/** `gantry print`: what a component imports and exports, and what gantry makes of it. */
import { Component } from "../embed/component.ts";
import { exitCodes } from "./failure.ts";
import { type CompileSettings, compileSettings } from "./guest.ts";
import { readComponent } from "./input.ts";
import { printWorld } from "./wit.ts";

export interface PrintOptions extends CompileSettings {
  readonly plan?: true;
  readonly js?: true;
}

export async function print(file: string, options: PrintOptions): Promise<number> {
  const component = Component.compileSync(await readComponent(file), compileSettings(options));
  process.stdout.write(printWorld(component));
  return exitCodes.ok;
}
