/**
 * Values on their way from one component to another. They come from the Canonical ABI and go back to it, so that none
 * needs a check: characters are code points, flags bits, enums and tags indices, handles representations, and strings
 * know what they were encoded in, on which the calls of `realloc` on the other side depend.
 *
 * Records and tuples are mostly never made: a literal of which only the fields are used is taken apart again while it is
 * generated. Lists of numbers are views on the memory that they come from.
 */
import { array, binary, call, constant, get, method, record } from "./build.ts";
import { casesOf, type Values } from "./values.ts";
import { checkedPart } from "./views.ts";

export const componentValues: Values = {
  name: "component",

  lowerNumber: (_code, _kind, value) => value,
  lowerBool: (_, value) => binary(value, "|", 0),
  liftChar: (i) => call("checkChar", i),
  lowerChar: (value) => value,

  liftString: (code, side, { ptr, length }) =>
    code.bind(call("liftString", code.cx(side), constant(side.encoding), ptr, length), "string"),

  storeString(code, side, value) {
    const ptr = code.bind(call("storeLiftedString", code.cx(side), constant(side.encoding), value), "ptr");
    return { ptr, length: code.bind(get(code.cx(side), "length"), "length") };
  },

  liftNumbers(code, side, kind, range) {
    const [view, from, to] = checkedPart(code, side, kind, range);
    return method(view, "subarray", from, to);
  },

  numbers: (_, elements) => array(elements),
  listLength: (value) => get(value, "length"),
  fixedList: (code, value) => code.named(value, "list"),
  mapEntries: (code, value) => code.named(value, "entries"),
  makeMap: undefined,

  asRecord: (code, value) => code.named(value, "record"),
  asTuple: (code, value) => code.named(value, "tuple"),

  liftFlags: (_code, bits, labels) => (labels.length === 32 ? bits : binary(bits, "&", 2 ** labels.length - 1)),
  lowerFlags: (_code, value) => value,

  liftEnum: (_code, _side, t, i) => call("checkDiscriminant", i, constant(t.labels.length)),
  lowerEnum: (_code, _side, _t, value) => value,

  makeCase: (_, i, payload) =>
    record([["tag", constant(i)], ...(payload === undefined ? [] : [["val", payload] as const])]),

  matchCase(code, _side, t, value, arm) {
    const variant = code.named(value, t.kind);
    const cases = casesOf(t);
    code.switch(
      get(variant, "tag"),
      cases.map((_, i) => i),
      (i) => arm(i, get(variant, "val")),
      () => {},
    );
  },

  liftHandle(code, side, t, i) {
    const args = [code.cx(side), i, code.capture(side, `resource${t.resource.id}`)];
    if (t.kind === "own") return code.bind(call("liftOwn", ...args), "rep");
    return code.bind(call("liftBorrow", ...args, code.capture(side, "scope")), "rep");
  },

  lowerHandle(code, side, t, value) {
    const args = [code.cx(side), value, code.capture(side, `resource${t.resource.id}`)];
    if (t.kind === "borrow") args.push(code.capture(side, "scope"));
    return code.bind(call(t.kind === "own" ? "lowerOwn" : "lowerBorrow", ...args), "handle");
  },

  liftAsync: (code, side, t, i) => code.bind(call("liftAsync", code.cx(side), i, code.captureAsync(side, t)), t.kind),
  lowerAsync: (code, side, _t, value) => code.bind(call("lowerAsync", code.cx(side), value), "handle"),
};
