/** `gantry print`: what a component imports and exports, and what gantry makes of it. */
import { decodeComponent } from "../binary/component.ts";
import { generate } from "../codegen/generate.ts";
import { printModule } from "../codegen/print.ts";
import { Reflection } from "../embed/reflect.ts";
import { planComponent } from "../plan/inline.ts";
import { printPlan } from "../plan/print.ts";
import { featureSet } from "../validate/features.ts";
import type { TypedComponent } from "../validate/typed.ts";
import { validateComponent } from "../validate/validate.ts";
import { exitCodes } from "./failure.ts";
import type { CompileSettings } from "./guest.ts";
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

/** Nothing is compiled, so components can be printed that this engine cannot run. */
function textOf(bytes: Uint8Array, options: PrintOptions): string {
  const component = validated(bytes, options);
  if (options.plan || options.js) {
    const { plan } = planComponent({ component, environment: undefined, source: undefined });
    return options.plan ? printPlan(plan) : printModule(generate(plan));
  }
  const { imports, exports } = component.type;
  const reflection = new Reflection();
  return printWorld({ imports: reflection.externs(imports.values()), exports: reflection.externs(exports.values()) });
}

function validated(bytes: Uint8Array, { features }: CompileSettings): TypedComponent {
  return validateComponent(decodeComponent(bytes), bytes, { features: featureSet(features) });
}

function ensureNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
