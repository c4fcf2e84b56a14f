/**
 * Whether bytes are UTF-8, as `decode` in `load_string_from_range` has it: no overlong forms, no surrogates, nothing beyond
 * U+10FFFF, nothing cut off.
 *
 * Sixty-four or sixteen bytes at a time while they are ASCII. Long text that is not is looked up: three tables, indexed by the halves of
 * each byte and of the one before it, have a bit for each way in which two bytes cannot follow one another, so that their
 * conjunction is what is wrong ("Validating UTF-8 in less than one instruction per byte", Keiser and Lemire).
 */
import type { Func, Label, Local } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import type { Side } from "./side.ts";

/** From so many bytes on, tables are quicker than branches. */
const LONG = 32;

/** The function that tells whether `n` bytes at a pointer are UTF-8. */
export function checkUtf8({ module }: Code, side: Side): Func {
  return module.helper("check utf8", [side.memoryKey], () => ({
    params: [side.pointer, "i32"],
    results: ["i32"],
    write: (code, [ptr, n]) => writeFast(code, side, ptr!, n!),
  }));
}

function writeFast(code: Code, side: Side, ptr: Local, n: Local): void {
  const { memory } = side;
  const end = code.get(ptr, n).fromI32(side).emit(side.op("add")).keep(side.pointer);
  const rest = () => code.get(end, ptr).emit(side.op("sub"));
  const yesIfAscii = (other: Label) => {
    code.emit("br_if", other);
    code.i32(1).emit("return");
  };
  const load = (offset: number) => code.get(ptr).emit("v128.load", { memory, align: 0, offset });
  code.block(undefined, (other) => {
    code.while(
      () => rest().pointer(side, 64).emit(side.op("ge_u")),
      () => {
        for (const offset of [0, 16, 32, 48]) load(offset);
        code.emit("v128.or").emit("v128.or").emit("v128.or").emit("i8x16.bitmask").emit("br_if", other);
        code.get(ptr).pointer(side, 64).emit(side.op("add")).set(ptr);
      },
    );
    code.while(
      () => rest().pointer(side, 16).emit(side.op("ge_u")),
      () => {
        load(0).emit("i8x16.bitmask").emit("br_if", other);
        code.get(ptr).pointer(side, 16).emit(side.op("add")).set(ptr);
      },
    );
    // The last of many bytes once more with some that have been seen, the last of few in two halves.
    code
      .get(n)
      .i32(16)
      .emit("i32.ge_u")
      .if(() => {
        code
          .get(end)
          .pointer(side, 16)
          .emit(side.op("sub"))
          .emit("v128.load", { memory, align: 0 })
          .emit("i8x16.bitmask");
        yesIfAscii(other);
      });
    code
      .get(n)
      .i32(8)
      .emit("i32.ge_u")
      .if(() => {
        code.get(ptr).emit("i64.load", { memory, align: 0 });
        code.get(end).pointer(side, 8).emit(side.op("sub")).emit("i64.load", { memory, align: 0 });
        code.emit("i64.or").emit("i64.const", 0x8080808080808080n).emit("i64.and").emit("i64.eqz").emit("i32.eqz");
        yesIfAscii(other);
      });
    code
      .get(n)
      .i32(4)
      .emit("i32.ge_u")
      .if(() => {
        code.get(ptr).emit("i32.load", { memory, align: 0 });
        code.get(end).pointer(side, 4).emit(side.op("sub")).emit("i32.load", { memory, align: 0 });
        code.emit("i32.or").i32(0x80808080).emit("i32.and");
        yesIfAscii(other);
      });
  });
  rest().pointer(side, LONG).emit(side.op("ge_u"));
  code.if(() => code.get(ptr, end).call(checkByTables(code, side)).emit("return"));
  code.get(ptr, end).call(checkByBranches(code, side));
}

// ---- Few bytes

function checkByBranches({ module }: Code, side: Side): Func {
  return module.helper("check utf8 by branches", [side.memoryKey], () => ({
    params: [side.pointer, side.pointer],
    results: ["i32"],
    write: (code, [ptr, end]) => writeBranches(code, side, ptr!, end!),
  }));
}

function writeBranches(code: Code, side: Side, ptr: Local, end: Local): void {
  const { memory } = side;
  const lead = code.local("i32");
  const next = code.local("i32");
  const no = () => code.i32(0).emit("return");
  const advance = (n: number) => code.get(ptr).pointer(side, n).emit(side.op("add")).set(ptr);
  /** Answers no unless so many bytes are left. */
  const need = (n: number) => {
    code.get(end, ptr).emit(side.op("sub")).pointer(side, n).emit(side.op("lt_u")).if(no);
  };
  /** Answers no if the lead is the one and the byte after it on the wrong side of `limit`. */
  const refuse = (of: number, compare: "i32.lt_u" | "i32.ge_u", limit: number) => {
    code.get(lead).i32(of).emit("i32.eq").get(next).i32(0xff).emit("i32.and").i32(limit).emit(compare);
    code.emit("i32.and").if(no);
  };
  const leadBelow = (limit: number, then: () => void) => code.get(lead).i32(limit).emit("i32.lt_u").if(then);
  /** Loads the two bytes at `ptr`, which must both continue. */
  const twoMore = () => {
    code.get(ptr).emit("i32.load16_u", { memory, align: 0 }).tee(next);
    code.i32(0xc0c0).emit("i32.and").i32(0x8080).emit("i32.ne").if(no);
  };
  const oneMore = (offset: number) => {
    code.get(ptr).emit("i32.load8_u", { memory, offset }).i32(0xc0).emit("i32.and").i32(0x80).emit("i32.ne").if(no);
  };

  code.loop((again) => {
    code
      .get(ptr, end)
      .emit(side.op("eq"))
      .if(() => code.i32(1).emit("return"));
    code.get(ptr).emit("i32.load8_u", { memory }).set(lead);
    advance(1);
    code.get(lead).i32(0x80).emit("i32.lt_u").emit("br_if", again);
    leadBelow(0xc2, no);
    leadBelow(0xe0, () => {
      need(1);
      oneMore(0);
      advance(1);
      code.emit("br", again);
    });
    leadBelow(0xf0, () => {
      need(2);
      twoMore();
      refuse(0xe0, "i32.lt_u", 0xa0);
      refuse(0xed, "i32.ge_u", 0xa0);
      advance(2);
      code.emit("br", again);
    });
    leadBelow(0xf5, () => {
      need(3);
      twoMore();
      oneMore(2);
      refuse(0xf0, "i32.lt_u", 0x90);
      refuse(0xf4, "i32.ge_u", 0x90);
      advance(3);
      code.emit("br", again);
    });
  });
  code.i32(0);
}

// ---- Many bytes

/** What can be wrong with two bytes in a row, a bit each. Some bits serve two faults that no tables confuse. */
const TOO_SHORT = 1;
const TOO_LONG = 2;
const OVERLONG_3 = 4;
const TOO_LARGE = 8;
const SURROGATE = 16;
const OVERLONG_2 = 32;
const TOO_LARGE_1000 = 64;
const OVERLONG_4 = 64;
const TWO_CONTINUATIONS = 128;
/** What does not depend on the lower half of the first byte. */
const ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

const first = (values: readonly (readonly [count: number, bits: number])[]): number[] =>
  values.flatMap(([count, bits]) => Array.from({ length: count }, () => bits));

const firstHigh = first([
  [8, TOO_LONG],
  [4, TWO_CONTINUATIONS],
  [1, TOO_SHORT | OVERLONG_2],
  [1, TOO_SHORT],
  [1, TOO_SHORT | OVERLONG_3 | SURROGATE],
  [1, TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4],
]);
const firstLow = first([
  [1, ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4],
  [1, ANY_LOW | OVERLONG_2],
  [2, ANY_LOW],
  [1, ANY_LOW | TOO_LARGE],
  [8, ANY_LOW | TOO_LARGE | TOO_LARGE_1000],
  [1, ANY_LOW | TOO_LARGE | TOO_LARGE_1000 | SURROGATE],
  [2, ANY_LOW | TOO_LARGE | TOO_LARGE_1000],
]);
const secondHigh = first([
  [8, TOO_SHORT],
  [1, TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4],
  [1, TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE],
  [2, TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE],
  [4, TOO_SHORT],
]);

const all = (byte: number): number[] => Array.from({ length: 16 }, () => byte);
/** The lanes of the bytes that stand `n` before each byte of a vector, the vector before it being at hand. */
const before = (n: number): number[] => Array.from({ length: 16 }, (_, i) => 16 - n + i);

function checkByTables({ module }: Code, side: Side): Func {
  return module.helper("check utf8 by tables", [side.memoryKey], () => ({
    params: [side.pointer, side.pointer],
    results: ["i32"],
    write: (code, [ptr, end]) => writeTables(code, side, ptr!, end!),
  }));
}

function writeTables(code: Code, side: Side, ptr: Local, end: Local): void {
  const { memory } = side;
  const last = code.local("v128");
  const bytes = code.local("v128");
  const previous = code.local("v128");
  const wrong = code.local("v128");
  const earlier = (n: number) => code.get(last, bytes).emit("i8x16.shuffle", before(n));
  code.while(
    () => code.get(end, ptr).emit(side.op("sub")).pointer(side, 16).emit(side.op("ge_u")),
    () => {
      code.get(ptr).emit("v128.load", { memory, align: 0 }).set(bytes);
      earlier(1).set(previous);
      code.emit("v128.const", firstHigh).get(previous).i32(4).emit("i8x16.shr_u").emit("i8x16.swizzle");
      code
        .emit("v128.const", firstLow)
        .get(previous)
        .emit("v128.const", all(0xf))
        .emit("v128.and")
        .emit("i8x16.swizzle");
      code.emit("v128.and");
      code.emit("v128.const", secondHigh).get(bytes).i32(4).emit("i8x16.shr_u").emit("i8x16.swizzle");
      code.emit("v128.and");
      // After leads of three and four bytes, a second and a third continuation are as they should be.
      earlier(2)
        .emit("v128.const", all(0xe0 - 0x80))
        .emit("i8x16.sub_sat_u");
      earlier(3)
        .emit("v128.const", all(0xf0 - 0x80))
        .emit("i8x16.sub_sat_u");
      code.emit("v128.or").emit("v128.const", all(0x80)).emit("v128.and").emit("v128.xor");
      code.get(wrong).emit("v128.or").set(wrong);
      code.get(bytes).set(last);
      code.get(ptr).pointer(side, 16).emit(side.op("add")).set(ptr);
    },
  );
  code
    .get(wrong)
    .emit("v128.any_true")
    .if(() => code.i32(0).emit("return"));
  // The rest begins with the last character of which not all may have been seen: at most three bytes back.
  const seen = code.get(ptr).keep(side.pointer);
  code.get(ptr).pointer(side, 3).emit(side.op("sub")).set(ptr);
  code.while(
    () => {
      const continues = () => {
        code.get(ptr).emit("i32.load8_u", { memory }).i32(0xc0).emit("i32.and").i32(0x80).emit("i32.eq");
      };
      code
        .get(ptr, seen)
        .emit(side.op("ne"))
        .if(continues, () => code.i32(0), "i32");
    },
    () => code.get(ptr).pointer(side, 1).emit(side.op("add")).set(ptr),
  );
  code.get(ptr, end).call(checkByBranches(code, side));
}
