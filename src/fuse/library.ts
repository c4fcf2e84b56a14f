/**
 * The functions that adapters call to check, copy and transcode text and bytes. Each is written into a module at the first
 * demand, once for the memories that it handles.
 */
import { assert } from "../errors/component-error.ts";
import type { Func } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import type { AdapterModule } from "./module.ts";
import { compile, coreType, type Sides, type Signature, signatureOf } from "./notation.ts";
import { storers } from "./storing.ts";
import { tables, textChecks } from "./text.ts";
import { transcoders } from "./transcode.ts";

const texts: Readonly<Record<string, string>> = { ...textChecks, ...transcoders };

/** Calls the function of this name, whose arguments are on the stack. */
export function callLibrary(code: Code, name: string, sides: Sides): void {
  code.call(find(code.module, name, sides).func);
}

function find(
  module: AdapterModule,
  name: string,
  sides: Sides,
): { readonly func: Func; readonly signature: Signature } {
  const { from, to } = sides;
  if (name === "reallocate") {
    const signature = signatureOf("(size: i32, alignment: i32, old: to, before: i32) -> to {", sides);
    return { func: module.reallocate(to, "string"), signature };
  }
  const storer = storers[name]?.[to.encoding];
  const text = storer ?? texts[name];
  assert(text !== undefined, `a function ${name}`);
  const signature = signatureOf(text, sides);
  const types = [...signature.params.map(([, type]) => type), ...signature.results];
  // What calls `realloc` is another for other options, though they may be of the same memory.
  const key = [types.includes(from) && from.memoryKey, types.includes(to) && (storer ? to.index : to.memoryKey)];
  const func = module.helper(
    name,
    key.map(String),
    signature.params.map(([, type]) => coreType(type)),
    signature.results.map(coreType),
    (code) => compile(code, text, { sides, func: (callee) => find(module, callee, sides), vectors: tables }),
  );
  return { func, signature };
}
