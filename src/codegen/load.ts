/**
 * `load` in the specification ("Loading" in CanonicalABI.md): expressions for values that lie in memory.
 *
 * Whoever calls `load` has checked that there is a value of the type: inside the memory, and aligned. What is behind
 * pointers is checked here, or by the functions of the runtime that are called.
 */
import { hasHandles, isChecked } from "../abi/contents.ts";
import { keysOf } from "../abi/js-names.ts";
import { elementSize, layout, recordLayout, variantLayout } from "../abi/layout.ts";
import type { ValType, ValTypeOf } from "../types/types.ts";
import { array, binary, call, constant, local, method, plus, record } from "./build.ts";
import { type Code, inElements, type Side } from "./generator.ts";
import { type Range, read, readRange, type View } from "./place.ts";
import { pairType, takesStatements } from "./plan-types.ts";
import type { Expr } from "./tree.ts";
import { type CasesType, casesOf, isNumber } from "./values.ts";

/** The value of type `t` at `ptr + offset`. */
export function load(code: Code, side: Side, t: ValType, ptr: Expr, offset = 0): Expr {
  if (code.inlines(t)) return loadHere(code, side, t, ptr, offset);
  const helper = code.generator.helper("load", side, t, ["ptr"], (inner, [at]) => loadHere(inner, side, t, at!, 0));
  const value = code.callHelper(helper, side, [plus(ptr, offset)]);
  return hasHandles(t) ? code.bind(value, t.kind) : value;
}

/** The cases of `load`: `load_record`, `load_flags` and `convert_int_to_bool` in the specification. */
function loadHere(code: Code, side: Side, t: ValType, ptr: Expr, offset: number): Expr {
  const { values, pointer } = side;
  switch (t.kind) {
    case "bool":
      return binary(read(code, side, "u8", ptr, offset), "!==", 0);
    case "u8":
    case "s8":
    case "u16":
    case "s16":
    case "u32":
    case "s32":
    case "u64":
    case "s64":
    case "f32":
    case "f64":
      return read(code, side, t.kind, ptr, offset);
    case "char":
      return values.liftChar(read(code, side, "u32", ptr, offset));
    case "string":
      return values.liftString(code, side, readRange(code, side, "string", ptr, offset));
    case "list":
      if (t.length !== undefined) return loadFixedList(code, side, t, t.length, ptr, offset);
      return loadList(code, side, t.element, readRange(code, side, "list", ptr, offset));
    case "map":
      return loadMap(code, side, t, readRange(code, side, "list", ptr, offset));
    case "record": {
      const { offsets } = recordLayout(
        t.fields.map(({ type }) => type),
        pointer,
      );
      const keys = keysOf(t.fields.map(({ label }) => label));
      const types = t.fields.map(({ type }) => type);
      const values = inOrder(code, types, (type, i) => load(code, side, type, ptr, offset + offsets[i]!));
      return record(values.map((value, i) => [keys[i]!, value]));
    }
    case "tuple": {
      const { offsets } = recordLayout(t.types, pointer);
      return array(inOrder(code, t.types, (type, i) => load(code, side, type, ptr, offset + offsets[i]!)));
    }
    case "variant":
    case "option":
    case "result":
      return loadVariant(code, side, t, ptr, offset);
    case "enum":
      return values.liftEnum(code, side, t, read(code, side, unsigned(layout(t, pointer).size), ptr, offset));
    case "flags":
      return values.liftFlags(code, read(code, side, unsigned(layout(t, pointer).size), ptr, offset), t.labels);
    case "own":
    case "borrow":
      return values.liftHandle(code, side, t, read(code, side, "u32", ptr, offset));
    case "stream":
    case "future":
      return values.liftAsync(code, side, t, read(code, side, "u32", ptr, offset));
    case "error-context":
      return code.bind(call("liftErrorContext", code.cx(side), read(code, side, "u32", ptr, offset)), "error");
  }
}

/**
 * Values of these types, which are told to be none in their order: what is found out in an expression would else be found out
 * after what is found out in the statements of a later one.
 */
export function inOrder(code: Code, types: readonly ValType[], lift: (t: ValType, i: number) => Expr): readonly Expr[] {
  let last = types.length - 1;
  while (last > 0 && !takesStatements(types[last]!)) last--;
  return types.map((t, i) => {
    const value = lift(t, i);
    return i < last && isChecked(t) ? settled(code, value, t.kind) : value;
  });
}

/** `value`, with all that is in it found out by now. */
function settled(code: Code, value: Expr, name: string): Expr {
  if (value.op === "record") return record(value.fields.map(([key, field]) => [key, settled(code, field, key)]));
  if (value.op === "array") return array(value.elements.map((element) => settled(code, element, name)));
  return code.named(value, name);
}

/** The view for discriminants and flags of `size` bytes. */
export function unsigned(size: number): View {
  return size === 1 ? "u8" : size === 2 ? "u16" : "u32";
}

/** `load_variant` in the specification. */
function loadVariant(code: Code, side: Side, t: CasesType, ptr: Expr, offset: number): Expr {
  const cases = casesOf(t);
  const { discriminantSize, payloadOffset } = variantLayout(cases, side.pointer);
  const tag = read(code, side, unsigned(discriminantSize), ptr, offset);
  return liftCases(code, side, t, tag, (i) => {
    const { type } = cases[i]!;
    return type && load(code, side, type, ptr, offset + payloadOffset);
  });
}

/** The value of the case that `tag` says, which is checked; `payload` is asked for each case's. */
export function liftCases(
  code: Code,
  side: Side,
  t: CasesType,
  tag: Expr,
  payload: (i: number) => Expr | undefined,
): Expr {
  const value = code.declare(t.kind);
  code.switch(
    tag,
    casesOf(t).map((_, i) => i),
    (i) => code.assign(value, side.values.makeCase(t, i, payload(i))),
    () => code.do(call("invalidDiscriminant")),
  );
  return value;
}

/** `load_list_from_range` in the specification. */
export function loadList(code: Code, side: Side, element: ValType, range: Range): Expr {
  if (isNumber(element)) return side.values.liftNumbers(code, side, element.kind, range);
  const { size, alignment } = layout(element, side.pointer);
  const length = code.named(range.length, "length");
  const checked = call("checkList", code.cx(side), range.ptr, length, constant(size), constant(alignment));
  return loadElements(code, side, element, checked, length);
}

function loadFixedList(code: Code, side: Side, t: ValTypeOf<"list">, length: number, ptr: Expr, offset: number): Expr {
  const at = plus(ptr, offset);
  if (isNumber(t.element))
    return side.values.liftNumbers(code, side, t.element.kind, { ptr: at, length: constant(length) });
  return loadElements(code, side, t.element, at, constant(length));
}

/** `load_list_from_valid_range` in the specification: a loop, in a function of its own for each type of elements. */
export function loadElements(code: Code, side: Side, element: ValType, ptr: Expr, length: Expr): Expr {
  const helper = code.generator.helper("loadElements", side, element, ["ptr", "length"], (inner, [begin, count]) => {
    const list = inner.bind(call("makeList", count!), "list");
    eachElement(inner, side, element, begin!, count!, true, (at, i) => {
      inner.put(list, i, load(inner, side, element, at));
    });
    return list;
  });
  const list = code.callHelper(helper, side, [ptr, length]);
  return hasHandles(element) ? code.bind(list, "list") : list;
}

/** `load_list_from_range` of a map's entries. Of entries with the same key, the last remains. */
export function loadMap(code: Code, side: Side, t: ValTypeOf<"map">, range: Range): Expr {
  const pair = pairType(t);
  const { makeMap } = side.values;
  if (makeMap === undefined) return loadList(code, side, pair, range);
  const { size, alignment } = layout(pair, side.pointer);
  const helper = code.generator.helper("loadMap", side, t, ["ptr", "length"], (inner, [begin, count]) => {
    const map = inner.bind(makeMap(), "map");
    eachElement(inner, side, pair, begin!, count!, true, (at) => {
      const { offsets } = recordLayout(pair.types, side.pointer);
      const key = load(inner, side, t.key, at, offsets[0]!);
      inner.do(method(map, "set", key, load(inner, side, t.value, at, offsets[1]!)));
    });
    return map;
  });
  const length = code.named(range.length, "length");
  const checked = call("checkList", code.cx(side), range.ptr, length, constant(size), constant(alignment));
  const map = code.callHelper(helper, side, [checked, length]);
  return hasHandles(t) ? code.bind(map, "map") : map;
}

/**
 * A loop over `count` places of type `element` from `begin` on. What counts the places counts elements of the views that are
 * used: a shift for each field takes a tenth of such a loop.
 * `quiet`: nothing in it runs the guest.
 */
export function eachElement(
  code: Code,
  side: Side,
  element: ValType,
  begin: Expr,
  count: Expr,
  quiet: boolean,
  body: (at: Expr, i: Expr) => void,
): void {
  const write = () => {
    const step = elementSize(element, side.pointer);
    const name = code.fresh("at");
    const at = local(name);
    let running: (readonly [name: string, size: number])[] = [];
    const loop = code.block(() => {
      code.loop("i", count, (i) => {
        const { statements, names } = code.namingIndices(at, () => body(at, i));
        running = Array.from(names, ([size, name]) => [name, size]);
        if (mentions(statements, name)) running.push([name, 1]);
        for (const statement of statements) code.add(statement);
        for (const [name, size] of running) code.assign(local(name), plus(local(name), step / size));
      });
    });
    for (const [name, size] of running) code.add({ op: "let", name, value: inElements(side, begin, size) });
    for (const statement of loop) code.add(statement);
  };
  if (quiet) code.hoistViews(side, write);
  else write();
}

/** Whether there is a local `name` anywhere in (a part of) a tree. */
function mentions(tree: unknown, name: string): boolean {
  if (typeof tree !== "object" || tree === null) return false;
  const { op, name: own } = tree as { readonly op?: unknown; readonly name?: unknown };
  return (op === "local" && own === name) || Object.values(tree).some((part) => mentions(part, name));
}
