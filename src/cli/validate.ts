/** `gantry validate`: whether a file is a valid component. */
import { Component } from "../embed/component.ts";
import { exitCodes } from "./failure.ts";
import { type CompileSettings, compileSettings } from "./guest.ts";
import { nameOf, readComponent } from "./input.ts";

export async function validate(file: string, options: CompileSettings): Promise<number> {
  Component.validate(await readComponent(file), compileSettings(options));
  process.stdout.write(`${nameOf(file)}: a valid component\n`);
  return exitCodes.ok;
}
