/**
 * The functions that adapters call to check, copy and transcode text and bytes. Each is written into a module at the first
 * demand, once for the memories that it handles.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { assert } from "../errors/component-error.ts";
import type { Func, Item } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import type { AdapterModule } from "./module.ts";
import { compile, type Pointers, signatureOf, type Template } from "./notation.ts";
import type { Side } from "./side.ts";
import { storers } from "./storing.ts";
import { tables, textChecks } from "./text.ts";
import { transcoders } from "./transcode.ts";

/** From one component to another. */
export interface Sides {
  readonly from: Side;
  readonly to: Side;
}

const texts: Readonly<Record<string, string>> = {
  ...textChecks,
  ...transcoders,
  // Written by `AdapterModule.reallocate`.
  reallocate: "(size: i32, alignment: i32, old: to, before: i32) -> to {",
};

/** What a function of some name begins with is the same for all encodings. */
const scope = { text: (name: string) => storers[name]?.utf8 ?? texts[name]!, vectors: tables };

/** Compiled once: engines are slow when they first run what compiles them. */
const templates: Map<string, Template> = new Map();

function templateOf(text: string, pointers: Pointers): Template {
  const key = `${pointers.from} ${pointers.to} ${text}`;
  return getOrInsert(templates, key, () => compile(text, pointers, scope));
}

/** Calls the function of this name, whose arguments are on the stack. */
export function callLibrary(code: Code, name: string, sides: Sides): void {
  code.call(find(code.module, name, sides));
}

function find(module: AdapterModule, name: string, sides: Sides): Func {
  const { from, to } = sides;
  if (name === "reallocate") return module.reallocate(to, "string");
  const storer = storers[name]?.[to.encoding];
  const text = storer ?? texts[name];
  assert(text !== undefined, `a function ${name}`);
  const { params, results, body, items } = templateOf(text, { from: from.pointer, to: to.pointer });
  const types: readonly string[] = [...signatureOf(text).params.map(([, type]) => type)];
  // What calls `realloc` is another for other options, though they may be of the same memory.
  const key = storer
    ? [from.memoryKey, to.index]
    : [types.includes("from") && from.memoryKey, types.includes("to") && to.memoryKey];
  return module.helper(name, key.map(String), params, results, (code) => {
    code.copy(body, (item: Item) => {
      const what = items.get(item)!;
      return what === "from" || what === "to" ? sides[what].memory : find(module, what, sides);
    });
  });
}
