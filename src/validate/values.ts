/**
 * Component-level values and start functions. 🪙 "Value Definitions" and "Start Definitions" in Explainer.md and
 * Binary.md.
 */
import type { StartDefinition, ValueDefinition } from "../binary/definitions.ts";
import { partsOf } from "../types/shape.ts";
import type { Interned, ValType } from "../types/types.ts";
import { Reader } from "../wasm/reader.ts";
import type { Scope } from "./scope.ts";
import type { StartStep, Value } from "./typed.ts";
import { resolveValType } from "./value-types.ts";

/** Section 12: a value, whose bytes are one of its type. */
export function defineValue(scope: Scope, definition: ValueDefinition): void {
  const { offset, range } = definition;
  scope.require("values", offset);
  const { type, node } = resolveValType(scope, definition.type, offset);
  const r = new Reader(scope.context.bytes, range.start, range.end);
  checkValue(scope, r, type);
  if (!r.done) scope.fail("value", "there are more bytes than the value has", r.pos);
  scope.addItem("value", { from: "literal", range, type }, offset, node);
}

/** Section 9: a call in the middle of instantiation. */
export function defineStart(scope: Scope, definition: StartDefinition): void {
  const { offset } = definition;
  scope.require("values", offset);
  const fail = (reason: string) => scope.fail("value", reason, offset);
  const { item, node } = scope.get("func", definition.func, offset);
  const func = item.item;
  const { params, result, async } = func.type;
  if (async) fail("start function cannot be async");
  const given = definition.args.length;
  if (params.length !== given) {
    fail(`component start function requires ${params.length} arguments but was given ${given}`);
  }
  const results = result === undefined ? [] : [result];
  if (results.length !== definition.results) {
    const found = `a result count of ${definition.results}`;
    fail(`component start function has ${found} but its type says ${results.length}`);
  }
  const args = definition.args.map((index, i): Value => {
    const value = scope.takeValue(index, offset).item.item;
    if (value.type !== params[i]!.type) fail(`value type mismatch for component start function argument ${i}`);
    return value;
  });
  const start: StartStep = { func, args, results, offset };
  scope.definitions.push({ step: "start", start });
  for (const [index, type] of results.entries()) {
    const value: Value = { from: "start-result", start, index, type };
    scope.addItem("value", value, offset, node.parts[params.length] ?? node);
  }
}

/** Reads the encoding of a value, as `val(t)` in Binary.md has it, for whether it is one. */
function checkValue(scope: Scope, r: Reader, t: ValType): void {
  const fail = (reason: string, offset: number) => scope.fail("value", reason, offset);
  const below = (found: number, limit: number, what: string): number =>
    found < limit ? found : fail(`${found} is no ${what} of the value's type`, r.pos - 1);
  const checkOptional = (type: ValType | undefined): void => {
    if (type !== undefined) checkValue(scope, r, type);
  };
  switch (t.kind) {
    case "bool":
      below(r.u8(), 2, "boolean");
      return;
    case "u8":
    case "s8":
      r.u8();
      return;
    case "u16":
    case "u32":
    case "u64":
    case "s16":
    case "s32":
    case "s64":
      checkLeb(r, Number(t.kind.slice(1)), t.kind.startsWith("s"), fail);
      return;
    case "f32":
    case "f64":
      checkFloat(r, t.kind === "f32" ? 4 : 8, fail);
      return;
    case "char":
      checkChar(r, fail);
      return;
    case "string":
      r.name();
      return;
    case "record":
    case "tuple":
      for (const { type } of partsOf<Interned>(t)) checkOptional(type);
      return;
    case "variant":
      checkOptional(t.cases[below(r.u32(), t.cases.length, "case")]?.type);
      return;
    case "enum":
      below(r.u32(), t.labels.length, "case");
      return;
    case "flags":
      // Bits beyond the labels are not looked at: the grammar has nothing to say of them.
      r.skip(Math.ceil(t.labels.length / 8));
      return;
    case "option":
    case "result": {
      const [first, second] = t.kind === "option" ? [undefined, t.type] : [t.ok, t.error];
      checkOptional(below(r.u8(), 2, "discriminant") === 0 ? first : second);
      return;
    }
    case "list":
    case "map":
      for (let left = (t.kind === "list" ? t.length : undefined) ?? r.u32(); left > 0; left--) {
        for (const { type } of partsOf<Interned>(t)) checkOptional(type);
      }
      return;
    case "own":
    case "borrow":
    case "stream":
    case "future":
    case "error-context":
      fail(`there are no values of type \`${t.kind}\` to write down`, r.pos);
      return;
  }
  t satisfies never;
}

type Fail = (reason: string, offset: number) => never;

/** A LEB128 of at most `bits` bits. */
function checkLeb(r: Reader, bits: number, signed: boolean, fail: Fail): void {
  const offset = r.pos;
  let value = 0n;
  let shift = 0;
  for (let byte = 0x80; byte >= 0x80; shift += 7) {
    if (shift >= bits) fail("integer representation too long", offset);
    byte = r.u8();
    value |= BigInt(byte & 0x7f) << BigInt(shift);
  }
  const read = signed ? BigInt.asIntN(shift, value) : value;
  const fits = signed ? BigInt.asIntN(bits, read) : BigInt.asUintN(bits, read);
  if (read !== fits) fail("integer too large", offset);
}

/** All not-a-numbers are one, written in one way. */
function checkFloat(r: Reader, size: 4 | 8, fail: Fail): void {
  const { start } = r.range(size);
  const view = new DataView(r.bytes.buffer, r.bytes.byteOffset + start, size);
  const [value, bits, nan] =
    size === 4
      ? [view.getFloat32(0, true), BigInt(view.getUint32(0, true)), 0x7fc00000n]
      : [view.getFloat64(0, true), view.getBigUint64(0, true), 0x7ff8000000000000n];
  if (Number.isNaN(value) && bits !== nan) fail("a not-a-number that is not the canonical one", start);
}

/** One character in UTF-8, without its length. */
function checkChar(r: Reader, fail: Fail): void {
  const offset = r.pos;
  const first = r.peek();
  const { start, end } = r.range(first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    if ([...text.decode(r.bytes.subarray(start, end))].length === 1) return;
  } catch {
    // Told below.
  }
  fail("malformed UTF-8 encoding", offset);
}
