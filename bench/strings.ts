/**
 * Where is the crossover between a loop in JavaScript and the engine's codecs, for each way that a string can go?
 * The constants at the top of src/runtime/text.ts come from here.
 *
 *     node bench/strings.ts
 */
import { LiftLowerContext } from "../src/runtime/context.ts";
import { storeString } from "../src/runtime/error-context-strings.ts";
import { ComponentInstance } from "../src/runtime/instance.ts";
import { Memory } from "../src/runtime/memory.ts";
import { Store } from "../src/runtime/store.ts";
import { loadLatin1OrUtf16, loadUtf8, loadUtf16, type StringEncoding } from "../src/runtime/strings.ts";
import { nanoseconds, table } from "./measure.ts";

const sizes = [1, 5, 10, 16, 20, 24, 32, 48, 64, 100, 200, 1000, 10000];
const memory = new WebAssembly.Memory({ initial: 16 });
const cx = new LiftLowerContext(new ComponentInstance(new Store()), new Memory(memory), () => 1024, "i32");

const ascii = (n: number) => "The quick brown fox jumps over the lazy dog. ".repeat(Math.ceil(n / 45)).slice(0, n);
const latin1 = (n: number) => ascii(n).replaceAll("o", "ö");
const mixed = (n: number) => ascii(n).replaceAll("o", "☃");

/** Different strings, so that no engine remembers one's content; each flat. */
function variants(text: (n: number) => string, n: number): string[] {
  return Array.from({ length: 8 }, (_, i) => JSON.parse(JSON.stringify(text(n + i).slice(i))) as string);
}

function storing(text: (n: number) => string, encoding: StringEncoding) {
  return (n: number) => {
    const strings = variants(text, n);
    return nanoseconds((turns) => {
      let sum = 0;
      for (let i = 0; i < turns; i++) sum += storeString(cx, encoding, strings[i & 7]) + cx.length;
      return sum;
    });
  };
}

function loading(
  text: (n: number) => string,
  encoding: StringEncoding,
  load: (cx: LiftLowerContext, ptr: number, units: number) => string,
) {
  return (n: number) => {
    const ptr = storeString(cx, encoding, text(n));
    const units = cx.length;
    return nanoseconds((turns) => {
      let sum = 0;
      for (let i = 0; i < turns; i++) sum += load(cx, ptr, units).length;
      return sum;
    });
  };
}

table("store ASCII", sizes, {
  storeUtf8: storing(ascii, "utf8"),
  storeUtf16: storing(ascii, "utf16"),
  storeLatin1OrUtf16: storing(ascii, "latin1+utf16"),
});
table("store Latin-1", sizes, {
  storeUtf8: storing(latin1, "utf8"),
  storeUtf16: storing(latin1, "utf16"),
  storeLatin1OrUtf16: storing(latin1, "latin1+utf16"),
});
table("store mixed", sizes, {
  storeUtf8: storing(mixed, "utf8"),
  storeUtf16: storing(mixed, "utf16"),
  storeLatin1OrUtf16: storing(mixed, "latin1+utf16"),
});
table("load ASCII", sizes, {
  loadUtf8: loading(ascii, "utf8", loadUtf8),
  loadUtf16: loading(ascii, "utf16", loadUtf16),
  loadLatin1OrUtf16: loading(ascii, "latin1+utf16", loadLatin1OrUtf16),
});
table("load mixed", sizes, {
  loadUtf8: loading(mixed, "utf8", loadUtf8),
  loadUtf16: loading(mixed, "utf16", loadUtf16),
  loadLatin1OrUtf16: loading(mixed, "latin1+utf16", loadLatin1OrUtf16),
});
