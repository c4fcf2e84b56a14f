/**
 * Component-level values and start functions. 🪙 "Value Definitions" and "Start Definitions" in Explainer.md and
 * Binary.md.
 */
import type { StartDefinition, ValueDefinition } from "../binary/definitions.ts";
import type { FuncType, ValType } from "../types/types.ts";
import { Reader } from "../wasm/reader.ts";
import type { Context } from "./context.ts";
import type { Scope } from "./scope.ts";
import type { StartStep, Value } from "./typed.ts";
import { resolveValType } from "./value-types.ts";

/** Section 12: a value, whose bytes are one of its type. */
export function defineValue(context: Context, scope: Scope, definition: ValueDefinition): void {
  const { offset, range } = definition;
  context.require("values", offset);
  const { type, node } = resolveValType(context, scope, definition.type, offset);
  const r = new Reader(context.bytes, range.start, range.end);
  new ValueChecker(context, r).check(type);
  if (!r.done) context.fail("value", "there are more bytes than the value has", r.pos);
  scope.values.add({ item: { from: "literal", range, type }, node, used: false, offset }, offset);
}

/** Section 9: a call in the middle of instantiation. */
export function defineStart(context: Context, scope: Scope, definition: StartDefinition): void {
  const { offset } = definition;
  context.require("values", offset);
  const { item: func, node } = scope.funcs.get(definition.func, offset);
  const { params, result } = func.type;
  if (func.type.async) context.fail("value", "start function cannot be async", offset);
  if (params.length !== definition.args.length) {
    context.fail(
      "value",
      `component start function requires ${params.length} arguments but was given ${definition.args.length}`,
      offset,
    );
  }
  const results = result === undefined ? [] : [result];
  if (results.length !== definition.results) {
    context.fail(
      "value",
      `component start function has a result count of ${definition.results} but its type says ${results.length}`,
      offset,
    );
  }
  const args = definition.args.map((index, i) => takeArg(context, scope, index, func.type, i, offset));
  const start: StartStep = { func, args, results, offset };
  scope.definitions.push({ step: "start", start });
  for (const [index, type] of results.entries()) {
    const item: Value = { from: "start-result", start, index, type };
    scope.values.add({ item, node: node.parts[params.length] ?? node, used: false, offset }, offset);
  }
}

function takeArg(context: Context, scope: Scope, index: number, type: FuncType, i: number, offset: number): Value {
  const entry = scope.values.get(index, offset);
  if (entry.used) context.fail("value", `value ${index} cannot be used more than once`, offset);
  entry.used = true;
  if (entry.item.type !== type.params[i]!.type) {
    context.fail("value", `value type mismatch for component start function argument ${i}`, offset);
  }
  return entry.item;
}

/** Reads the encoding of a value, as `val(t)` in Binary.md has it, for whether it is one. */
class ValueChecker {
  readonly #context: Context;
  readonly #r: Reader;

  constructor(context: Context, r: Reader) {
    this.#context = context;
    this.#r = r;
  }

  check(type: ValType): void {
    const r = this.#r;
    switch (type.kind) {
      case "bool":
        this.#below(r.u8(), 2, "boolean");
        break;
      case "u8":
      case "s8":
        r.u8();
        break;
      case "u16":
      case "u32":
      case "u64":
        this.#unsigned(Number(type.kind.slice(1)));
        break;
      case "s16":
      case "s32":
      case "s64":
        this.#signed(Number(type.kind.slice(1)));
        break;
      case "f32":
        this.#float(4);
        break;
      case "f64":
        this.#float(8);
        break;
      case "char":
        this.#char();
        break;
      case "string":
        r.name();
        break;
      case "record":
        for (const field of type.fields) this.check(field.type);
        break;
      case "tuple":
        for (const t of type.types) this.check(t);
        break;
      case "variant":
        this.#optional(type.cases[this.#below(r.u32(), type.cases.length, "case")]?.type);
        break;
      case "enum":
        this.#below(r.u32(), type.labels.length, "case");
        break;
      case "flags":
        this.#flags(type.labels.length);
        break;
      case "option":
        if (this.#below(r.u8(), 2, "discriminant") === 1) this.check(type.type);
        break;
      case "result":
        this.#optional(this.#below(r.u8(), 2, "discriminant") === 0 ? type.ok : type.error);
        break;
      case "list":
        for (let left = type.length ?? r.u32(); left > 0; left--) this.check(type.element);
        break;
      case "map":
        for (let left = r.u32(); left > 0; left--) {
          this.check(type.key);
          this.check(type.value);
        }
        break;
      case "own":
      case "borrow":
      case "stream":
      case "future":
      case "error-context":
        this.#fail(`there are no values of type \`${type.kind}\` to write down`, r.pos);
    }
  }

  #optional(type: ValType | undefined): void {
    if (type !== undefined) this.check(type);
  }

  #below(found: number, limit: number, what: string): number {
    if (found >= limit) this.#fail(`${found} is no ${what} of the value's type`, this.#r.pos - 1);
    return found;
  }

  /** An unsigned LEB128 of at most `bits` bits. */
  #unsigned(bits: number): void {
    this.#leb(bits, (value) => value < 1n << BigInt(bits));
  }

  /** A signed one. */
  #signed(bits: number): void {
    this.#leb(bits, (value, signed) => {
      const [v, limit] = [signed, 1n << BigInt(bits - 1)];
      return value >= 0n && v >= -limit && v < limit;
    });
  }

  #leb(bits: number, fits: (value: bigint, signed: bigint) => boolean): void {
    const offset = this.#r.pos;
    const most = Math.ceil(bits / 7);
    let value = 0n;
    let length = 0;
    let byte: number;
    do {
      if (length === most) this.#fail("integer representation too long", offset);
      byte = this.#r.u8();
      value |= BigInt(byte & 0x7f) << BigInt(7 * length++);
    } while (byte >= 0x80);
    if (!fits(value, BigInt.asIntN(7 * length, value))) this.#fail("integer too large", offset);
  }

  /** All not-a-numbers are one, written in one way. */
  #float(size: 4 | 8): void {
    const { start } = this.#r.range(size);
    const { buffer, byteOffset } = this.#context.bytes;
    const view = new DataView(buffer, byteOffset + start, size);
    const canonical =
      size === 4
        ? !Number.isNaN(view.getFloat32(0, true)) || view.getUint32(0, true) === 0x7fc00000
        : !Number.isNaN(view.getFloat64(0, true)) || view.getBigUint64(0, true) === 0x7ff8000000000000n;
    if (!canonical) this.#fail("a not-a-number that is not the canonical one", start);
  }

  /** One character in UTF-8, without its length. */
  #char(): void {
    const offset = this.#r.pos;
    const first = this.#r.peek();
    const { start, end } = this.#r.range(first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      if ([...text.decode(this.#context.bytes.subarray(start, end))].length === 1) return;
    } catch {
      // Told below.
    }
    this.#fail("malformed UTF-8 encoding", offset);
  }

  /** Bits beyond the labels are not looked at: the grammar has nothing to say of them. */
  #flags(count: number): void {
    this.#r.range(Math.ceil(count / 8));
  }

  #fail(reason: string, offset: number): never {
    this.#context.fail("value", reason, offset);
  }
}
