/**
 * gantry's decoder and validator alone as a host: scripts can be run for what they say of validity before, or without,
 * anything being instantiated.
 */
import type { Host, HostOptions } from "./host.ts";

export async function createHost({ features }: HostOptions): Promise<Host<true, never>> {
  const binary = "../binary/component.ts";
  const { decodeComponent } = await import(binary);
  let validate: (syntax: unknown, bytes: Uint8Array) => void = () => {};
  try {
    const [v, f] = ["../validate/validate.ts", "../validate/features.ts"];
    const { validateComponent } = await import(v!);
    const { featureSet } = await import(f!);
    validate = (syntax, bytes) => validateComponent(syntax, bytes, { features: featureSet(features) });
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write("no validator yet: decoding only\n");
  }
  const nothing = (): never => {
    throw new Error("nothing is instantiated");
  };
  return {
    compileOnly: true,
    async compile(bytes) {
      validate(decodeComponent(bytes), bytes);
      return true;
    },
    instantiate: nothing,
    funcType: nothing,
    invoke: nothing,
  };
}
