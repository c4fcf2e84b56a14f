/** What breaks a rule of core WebAssembly, though it is well-formed. */
import { ComponentError } from "../errors/component-error.ts";

export function invalid(reason: string, offset: number): never {
  throw new ComponentError("validate", "core", reason, { offset });
}
