/**
 * How component values look on the other side of the Canonical ABI. The generators of `load`, `store`, `lift_flat` and
 * `lower_flat` know where a value lies and what it is made of; what it is, the two implementations of `Values` know:
 *
 * - `hostValues`, for JavaScript (docs/values.md): every value is checked on its way in, never coerced;
 * - `componentValues` (component-values.ts), for what passes from one component to another, which nobody else sees.
 */
import { keysOf } from "../abi/js-names.ts";
import { despecialize } from "../abi/layout.ts";
import type { Case, ValType, ValTypeOf } from "../types/types.ts";
import { array, binary, call, constant, env, get, index, method, not, nothing, record } from "./build.ts";
import type { Code, Side } from "./generator.ts";
import type { Expr } from "./tree.ts";
import { checkedPart, type Range, type View } from "./views.ts";

/** Types whose values have cases, one of which they are. */
export type CasesType = ValTypeOf<"variant" | "option" | "result">;
export type AsyncType = ValTypeOf<"stream" | "future">;
export type HandleType = ValTypeOf<"own" | "borrow">;

export interface Values {
  readonly name: "host" | "component";

  /** The core value for a number. */
  lowerNumber(code: Code, kind: View, value: Expr): Expr;
  /** The core value (0 or 1) for a boolean. */
  lowerBool(code: Code, value: Expr): Expr;
  /** From an `i32`, which is checked; and back. */
  liftChar(i: Expr): Expr;
  lowerChar(value: Expr): Expr;

  liftString(code: Code, side: Side, range: Range): Expr;
  storeString(code: Code, side: Side, value: Expr): Range;

  /** A list with elements that are numbers, which is checked and lifted as a whole. */
  liftNumbers(code: Code, side: Side, kind: View, range: Range): Expr;
  /** The same for a list that is passed flat. */
  numbers(kind: View, elements: readonly Expr[]): Expr;
  /** The length of a list, which must not be more than `most`; a value that is no list is refused. */
  listLength(value: Expr, most: Expr): Expr;
  /** A list that has to have `length` elements. */
  fixedList(code: Code, value: Expr, length: number): Expr;
  /** The entries of a map, of which there can be `most`, as a list of pairs; and back (`undefined`: maps are lists of pairs). */
  mapEntries(code: Code, value: Expr, most: Expr): Expr;
  readonly makeMap: ((length: Expr) => Expr) | undefined;

  /** `value` made ready to have fields read from it. */
  asRecord(code: Code, value: Expr, t: ValTypeOf<"record">): Expr;
  asTuple(code: Code, value: Expr, length: number): Expr;

  /**
   * From the bits of flags, of which those that mean nothing are to be ignored; and back.
   * `unpack_flags_from_int` and `pack_flags_into_int` in the specification.
   */
  liftFlags(code: Code, bits: Expr, labels: readonly string[]): Expr;
  lowerFlags(code: Code, value: Expr, labels: readonly string[]): Expr;

  /** From the index of a case, which is checked; and back. */
  liftEnum(code: Code, side: Side, t: ValTypeOf<"enum">, i: Expr): Expr;
  lowerEnum(code: Code, side: Side, t: ValTypeOf<"enum">, value: Expr): Expr;

  /** The value of case `i`. */
  makeCase(t: CasesType, i: number, payload: Expr | undefined): Expr;
  /** `match_case` in the specification: runs `arm` for the case that `value` is. */
  matchCase(code: Code, side: Side, t: CasesType, value: Expr, arm: (i: number, payload: Expr) => void): void;

  liftHandle(code: Code, side: Side, t: HandleType, i: Expr): Expr;
  lowerHandle(code: Code, side: Side, t: HandleType, value: Expr): Expr;

  liftAsync(code: Code, side: Side, t: AsyncType, i: Expr): Expr;
  lowerAsync(code: Code, side: Side, t: AsyncType, value: Expr): Expr;
}

/** The cases of a type. The answer for one type is always the same object. */
export function casesOf(t: CasesType): readonly Case[] {
  const { cases } = despecialize(t) as ValTypeOf<"variant">;
  return cases;
}

/** What JavaScript calls the cases of a type. */
function tagsOf(t: CasesType): readonly string[] {
  return t.kind === "result" ? ["ok", "err"] : casesOf(t).map(({ label }) => label);
}

/**
 * Of more cases than that the one is looked up in a table. Else engines compare a label with one after the other, which is
 * sooner done; but in lists they go astray where the next label is another one.
 */
const MANY_CASES = 12;
const FEW_CASES = 3;

/** Whether lists of `t` are typed arrays. */
export function isNumber(t: ValType): t is { readonly kind: View } {
  return /^([us](8|16|32|64)|f(32|64))$/.test(t.kind);
}

/** What every object has without having it of its own. A field of such a name is looked for in the object alone. */
const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** The field of a record, wherever it comes from. */
export function fieldOf(value: Expr, key: string): Expr {
  const field = get(value, key);
  return field.op === "get" && inherited.has(key) ? call("ownField", value, constant(key)) : field;
}

/** What the library has for lists of one type of number: `numbersU8` and its like. */
export function numberTable(kind: View): Expr {
  return env(`numbers${kind.toUpperCase() as Uppercase<View>}`);
}

/** How the names of what loads, measures and writes strings end in the library, for each encoding. */
const codecs = { utf8: "Utf8", utf16: "Utf16", "latin1+utf16": "Latin1OrUtf16" } as const;

/** The bytes of a string of so many code units, which are tagged if the encoding asks for it. */
function stringSize(encoding: keyof typeof codecs, units: Expr): Expr {
  switch (encoding) {
    case "utf8":
      return units;
    case "utf16":
      return binary(units, "*", 2);
    case "latin1+utf16":
      return call("taggedSize", units);
  }
}

/** Whether an option must say which it is, since its payload may be `undefined` itself. */
function isNested(t: ValTypeOf<"option">): boolean {
  return t.type.kind === "option";
}

/** What values that are no objects have, too: none of these tells the one from the other. */
const primitive: ReadonlySet<string> = new Set(
  [String, Number, Boolean, Symbol, BigInt].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
);

/** Whether reading the fields of a record rejects all that is no object, one of them being a field that must be there. */
function tellsObjects({ fields }: ValTypeOf<"record">): boolean {
  return keysOf(fields.map(({ label }) => label)).some((key, i) => {
    return fields[i]!.type.kind !== "option" && !primitive.has(key) && !inherited.has(key);
  });
}

/**
 * Values as JavaScript has them. Each is checked; if one is wrong, only that is reported. An error of the engine, as for a
 * field of `null` or a bigint that meets a number, says the same.
 */
export const hostValues: Values = {
  name: "host",

  lowerNumber(code, kind, value) {
    return code.expect(value, kind === "f32" || kind === "f64" ? "number" : kind);
  },

  lowerBool(code, value) {
    const bool = code.named(value, "bool");
    const bit = code.declare("bit", constant(0));
    const refuse = () => code.if(binary(bool, "!==", constant(false)), () => code.do(call("invalid")));
    code.if(binary(bool, "===", constant(true)), () => code.assign(bit, constant(1)), refuse);
    return bit;
  },

  liftChar: (i) => call("charFromI32", i),
  lowerChar: (value) => call("toChar", value),

  liftString(code, side, { ptr, length }) {
    if (side.strings === "view") return call("viewString", code.cx(side), constant(side.encoding), ptr, length);
    return call(`load${codecs[side.encoding]}`, code.cx(side), ptr, length);
  },

  storeString(code, side, value) {
    const codec = codecs[side.encoding];
    const alignment = side.encoding === "utf8" ? 1 : 2;
    const string = code.named(value, "string");
    const length = code.bind(call(`measure${codec}`, string), "length");
    const ptr = code.allocate(side, stringSize(side.encoding, length), alignment, "string");
    code.do(call(`write${codec}`, code.memory(side), ptr, string, length));
    return { ptr, length };
  },

  liftNumbers(code, side, kind, range) {
    const [view, from, to] = checkedPart(code, side, kind, range);
    const views = method(view, "subarray", from, to);
    if (side.lists === "view") return views;
    const slice = method(view, "slice", from, to);
    const copies = side.counted ? call("countNumbers", slice) : slice;
    if (side.lists === "copy") return copies;
    const numbers = code.declare("numbers");
    code.if(
      code.capture(side, "views"),
      () => code.assign(numbers, views),
      () => code.assign(numbers, copies),
    );
    return numbers;
  },

  numbers: (kind, elements) => call("makeNumbers", numberTable(kind), array(elements)),
  listLength: (value, most) => call("listLength", value, most),
  fixedList: (code, value, length) => code.bind(call("fixedList", value, constant(length)), "list"),
  mapEntries: (code, value, most) => code.bind(call("mapEntries", value, most), "entries"),
  makeMap: (length) => call("makeMap", length),

  asRecord(code, value, t) {
    if (tellsObjects(t)) return code.named(value, "record");
    const sparse = t.fields.every(({ type }) => type.kind === "option");
    return code.bind(call(sparse ? "asSparse" : "asObject", value), "record");
  },
  asTuple(code, value, length) {
    const tuple = code.named(value, "tuple");
    const refuse = () => code.do(call("invalid"));
    code.if(not(call("isArray", tuple)), refuse);
    // Here and not in the library, where engines would meet arrays of every kind.
    code.if(binary(get(tuple, "length"), "!==", constant(length)), refuse);
    return tuple;
  },

  liftFlags(code, bits, labels) {
    const flags = code.named(bits, "bits");
    return record(keysOf(labels).map((key, i) => [key, binary(binary(flags, "&", 1 << i), "!==", 0)]));
  },

  lowerFlags(code, value, labels) {
    const flags = code.bind(call("asObject", value), "flags");
    const bits = keysOf(labels)
      .map((key, i) => {
        const bit = call("toFlag", fieldOf(flags, key));
        return i === 0 ? bit : binary(bit, "<<", i);
      })
      .reduce((all, bit) => binary(all, "|", bit));
    return call("toFlags", bits, flags);
  },

  liftEnum(code, side, t, i) {
    const label = code.bind(index(code.captureLabels(side, t), i), "label");
    code.if(binary(label, "===", nothing), () => code.do(call("invalidDiscriminant")));
    return label;
  },

  lowerEnum(code, side, t, value) {
    if (t.labels.length > (code.isLooping ? FEW_CASES : MANY_CASES)) {
      const found = code.bind(method(code.captureCases(side, t), "get", value), "index");
      code.if(binary(found, "===", nothing), () => code.do(call("invalid")));
      return found;
    }
    const helper = code.generator.helper("case", side, t, ["label"], (inner, [label]) => {
      inner.switch(
        label!,
        t.labels,
        (_, n) => inner.return(constant(n)),
        () => inner.return(call("invalid")),
      );
      return undefined;
    });
    return code.callHelper(helper, side, [value]);
  },

  makeCase(t, i, payload) {
    if (t.kind === "option" && !isNested(t)) return payload ?? nothing;
    const tag = ["tag", constant(tagsOf(t)[i]!)] as const;
    // Both sides of a result have the same shape; cases of a variant are told apart by their tags alone.
    if (payload === undefined && t.kind !== "result") return record([tag]);
    return record([tag, ["val", payload ?? nothing]]);
  },

  matchCase(code, side, t, value, arm) {
    if (t.kind === "option" && !isNested(t)) {
      const option = code.named(value, "option");
      code.if(
        // Which `undefined` is as well.
        binary(option, "==", constant(null)),
        () => arm(0, nothing),
        () => arm(1, option),
      );
      return;
    }
    // What is no object has no `tag`.
    const shape = code.named(value, t.kind);
    const tag = get(shape, "tag");
    const tags: readonly (string | number)[] = tagsOf(t);
    const isLong = t.kind === "variant" && tags.length > MANY_CASES;
    code.switch(
      isLong ? method(code.captureCases(side, t), "get", tag) : tag,
      isLong ? [...tags.keys()] : tags,
      (_, i) => arm(i, get(shape, "val")),
      () => code.do(call("invalid")),
    );
  },

  liftHandle(code, side, t, i) {
    const args = [code.cx(side), i, code.capture(side, `resource${t.resource.id}`)];
    if (t.kind === "own") return code.bind(call("liftOwnValue", ...args), "handle");
    if (side.loan !== undefined) {
      code.assign(side.loan, call("lendToHost", ...args));
      return get(side.loan, "rep");
    }
    return code.bind(call("liftBorrowValue", ...args, code.capture(side, "scope")), "handle");
  },

  lowerHandle(code, side, t, value) {
    if (t.kind === "borrow" && side.loan !== undefined) {
      const resource = code.capture(side, `resource${t.resource.id}`);
      code.assign(side.loan, call("lendValue", value, resource, constant(side.scoped)));
      return side.loan;
    }
    const args = [code.cx(side), value, code.capture(side, `resource${t.resource.id}`)];
    if (side.scoped) args.push(code.capture(side, "scope"));
    return code.bind(call(t.kind === "own" ? "lowerOwnValue" : "lowerBorrowValue", ...args), "handle");
  },

  liftAsync: (code, side, t, i) =>
    code.bind(call("liftAsyncValue", code.cx(side), i, code.captureAsync(side, t)), t.kind),

  lowerAsync(code, side, t, value) {
    const args = [code.cx(side), value, code.captureAsync(side, t)];
    if (side.scoped) args.push(code.capture(side, "scope"));
    return code.bind(call("lowerAsyncValue", ...args), "handle");
  },
};
