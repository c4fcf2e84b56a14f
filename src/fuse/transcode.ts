/**
 * Loops over text that is known to be right: from one encoding to another, from memory to memory, as far as it goes. Each
 * handles sixteen bytes at a time while they are what text mostly is.
 *
 * All take a destination, a source and how much there is, and there is room for the worst case at the destination, so
 * that a vector may be written wherever one was read.
 */
import type { Func, Label, Local } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import type { Side } from "./side.ts";
import { units } from "./vectors.ts";

export type Encoding = "utf8" | "utf16" | "latin1";

const pair = (from: Side, to: Side): readonly string[] => [from.memoryKey, to.memoryKey];

/** Moves a pointer on. */
function advance(code: Code, side: Side, ptr: Local, size: number): void {
  code.get(ptr).pointer(side, size).emit(side.op("add")).set(ptr);
}

/** Whether so many bytes are left before `end`. */
function has(code: Code, side: Side, ptr: Local, end: Local, size: number): Code {
  return code.get(end, ptr).emit(side.op("sub")).pointer(side, size).emit(side.op("ge_u"));
}

// ---- Prefixes: of `n` code units, copies those at the start that are small enough, and tells how many they were

/** ASCII, as bytes. */
export function copyAscii({ module }: Code, from: Side, to: Side, encoding: "utf16" | "latin1"): Func {
  return module.helper(`copy ascii of ${encoding}`, pair(from, to), () => ({
    params: [to.pointer, from.pointer, "i32"],
    results: ["i32"],
    write: (code, [target, source, n]) => {
      if (encoding === "utf16") writeNarrowPrefix(code, from, to, 0x80, target!, source!, n!);
      else writeAsciiPrefix(code, from, to, target!, source!, n!);
    },
  }));
}

/** Latin-1, as bytes. */
export function copyLatin1({ module }: Code, from: Side, to: Side): Func {
  return module.helper("copy latin1 of utf16", pair(from, to), () => ({
    params: [to.pointer, from.pointer, "i32"],
    results: ["i32"],
    write: (code, [target, source, n]) => writeNarrowPrefix(code, from, to, 0x100, target!, source!, n!),
  }));
}

/** Code units below `limit`, from pairs of bytes to bytes. */
function writeNarrowPrefix(
  code: Code,
  from: Side,
  to: Side,
  limit: 0x80 | 0x100,
  target: Local,
  source: Local,
  n: Local,
): void {
  const { memory } = from;
  const left = code.get(n).keep("i32");
  const low = code.local("v128");
  const high = code.local("v128");
  const unit = code.local("i32");
  const step = (count: number) => {
    advance(code, from, source, 2 * count);
    advance(code, to, target, count);
    code.get(left).i32(count).emit("i32.sub").set(left);
  };
  code.while(
    () => code.get(left).i32(16).emit("i32.ge_u"),
    (out) => {
      code.get(source).emit("v128.load", { memory, align: 0 }).tee(low);
      code.get(source).emit("v128.load", { memory, align: 0, offset: 16 }).tee(high).emit("v128.or");
      code
        .emit("v128.const", units(0x10000 - limit))
        .emit("v128.and")
        .emit("v128.any_true")
        .emit("br_if", out);
      code.get(target, low, high).emit("i8x16.narrow_i16x8_u").emit("v128.store", { memory: to.memory, align: 0 });
      step(16);
    },
  );
  code.while(
    () => code.get(left),
    (out) => {
      code.get(source).emit("i32.load16_u", { memory }).tee(unit).i32(limit).emit("i32.ge_u").emit("br_if", out);
      code.get(target, unit).emit("i32.store8", { memory: to.memory });
      step(1);
    },
  );
  code.get(n, left).emit("i32.sub");
}

function writeAsciiPrefix(code: Code, from: Side, to: Side, target: Local, source: Local, n: Local): void {
  const { memory } = from;
  const left = code.get(n).keep("i32");
  const vector = code.local("v128");
  const byte = code.local("i32");
  const step = (count: number) => {
    advance(code, from, source, count);
    advance(code, to, target, count);
    code.get(left).i32(count).emit("i32.sub").set(left);
  };
  code.while(
    () => code.get(left).i32(16).emit("i32.ge_u"),
    (out) => {
      code.get(source).emit("v128.load", { memory, align: 0 }).tee(vector).emit("i8x16.bitmask").emit("br_if", out);
      code.get(target, vector).emit("v128.store", { memory: to.memory, align: 0 });
      step(16);
    },
  );
  code.while(
    () => code.get(left),
    (out) => {
      code.get(source).emit("i32.load8_u", { memory }).tee(byte).i32(0x80).emit("i32.ge_u").emit("br_if", out);
      code.get(target, byte).emit("i32.store8", { memory: to.memory });
      step(1);
    },
  );
  code.get(n, left).emit("i32.sub");
}

/** Latin-1 of UTF-8 up to `end`, as bytes. Tells where it stopped: at the destination, and in the source. */
export function copyLatin1OfUtf8({ module }: Code, from: Side, to: Side): Func {
  return module.helper("copy latin1 of utf8", pair(from, to), () => ({
    params: [to.pointer, from.pointer, from.pointer],
    results: [to.pointer, from.pointer],
    write: (code, [target, source, end]) => writeLatin1OfUtf8(code, from, to, target!, source!, end!),
  }));
}

function writeLatin1OfUtf8(code: Code, from: Side, to: Side, target: Local, source: Local, end: Local): void {
  const { memory } = from;
  const byte = code.local("i32");
  const copyVector = (vector: Local) => {
    code.get(target, vector).emit("v128.store", { memory: to.memory, align: 0 });
    advance(code, to, target, 16);
  };
  eachCharacter(code, from, source, end, { memory, isPlain: isAscii, plain: copyVector }, (next, stop) => {
    code.get(source).emit("i32.load8_u", { memory }).tee(byte).i32(0x80).emit("i32.lt_u");
    code.if(
      () => {
        code.get(target, byte).emit("i32.store8", { memory: to.memory });
        advance(code, from, source, 1);
      },
      () => {
        code.get(byte).i32(0xc4).emit("i32.ge_u").emit("br_if", stop);
        code.get(target, byte).i32(6).emit("i32.shl");
        continuation(code, from, source, 1);
        // The store keeps the lower eight bits only, in which nothing of the lead's mark is left.
        code.emit("i32.or").emit("i32.store8", { memory: to.memory });
        advance(code, from, source, 2);
      },
    );
    advance(code, to, target, 1);
    next();
  });
  code.get(target, source);
}

// ---- Whole text up to `end`; tells where the destination ends

export function utf8ToUtf16({ module }: Code, from: Side, to: Side): Func {
  return module.helper("utf8 to utf16", pair(from, to), () => ({
    params: [to.pointer, from.pointer, from.pointer],
    results: [to.pointer],
    write: (code, [target, source, end]) => writeUtf8ToUtf16(code, from, to, target!, source!, end!),
  }));
}

function writeUtf8ToUtf16(code: Code, from: Side, to: Side, target: Local, source: Local, end: Local): void {
  const { memory } = from;
  const lead = code.local("i32");
  const point = code.local("i32");
  const below = (limit: number, then: () => void) => code.get(lead).i32(limit).emit("i32.lt_u").if(then);
  const putUnit = () => {
    code.emit("i32.store16", { memory: to.memory });
    advance(code, to, target, 2);
  };
  const widenVector = (vector: Local) => {
    code.get(target, vector).emit("i16x8.extend_low_i8x16_u").emit("v128.store", { memory: to.memory, align: 0 });
    code.get(target, vector).emit("i16x8.extend_high_i8x16_u");
    code.emit("v128.store", { memory: to.memory, align: 0, offset: 16 });
    advance(code, to, target, 32);
  };
  eachCharacter(code, from, source, end, { memory, isPlain: isAscii, plain: widenVector }, (next) => {
    code.get(source).emit("i32.load8_u", { memory }).set(lead);
    below(0x80, () => {
      code.get(target, lead);
      putUnit();
      advance(code, from, source, 1);
      next();
    });
    below(0xe0, () => {
      code.get(target, lead).i32(0x1f).emit("i32.and").i32(6).emit("i32.shl");
      continuation(code, from, source, 1);
      code.emit("i32.or");
      putUnit();
      advance(code, from, source, 2);
      next();
    });
    below(0xf0, () => {
      code.get(target, lead).i32(12).emit("i32.shl");
      continuation(code, from, source, 1);
      code.i32(6).emit("i32.shl").emit("i32.or");
      continuation(code, from, source, 2);
      // The store keeps the lower sixteen bits only, in which nothing of the lead's mark is left.
      code.emit("i32.or");
      putUnit();
      advance(code, from, source, 3);
      next();
    });
    code.get(lead).i32(7).emit("i32.and").i32(18).emit("i32.shl");
    for (const [offset, shift] of [
      [1, 12],
      [2, 6],
      [3, 0],
    ] as const) {
      continuation(code, from, source, offset);
      code.i32(shift).emit("i32.shl").emit("i32.or");
    }
    code.set(point);
    code.get(target, point).i32(10).emit("i32.shr_u").i32(0xd7c0).emit("i32.add");
    code.get(point).i32(0x3ff).emit("i32.and").i32(0xdc00).emit("i32.or").i32(16).emit("i32.shl").emit("i32.or");
    code.emit("i32.store", { memory: to.memory, align: 0 });
    advance(code, to, target, 4);
    advance(code, from, source, 4);
    next();
  });
  code.get(target);
}

/** Puts the lower six bits of the byte at `source + offset` on the stack. */
function continuation(code: Code, from: Side, source: Local, offset: number): void {
  code.get(source).emit("i32.load8_u", { memory: from.memory, offset }).i32(0x3f).emit("i32.and");
}

export function toUtf8({ module }: Code, from: Side, to: Side, encoding: "utf16" | "latin1"): Func {
  return module.helper(`${encoding} to utf8`, pair(from, to), () => ({
    params: [to.pointer, from.pointer, from.pointer],
    results: [to.pointer],
    write: (code, [target, source, end]) => {
      if (encoding === "utf16") writeUtf16ToUtf8(code, from, to, target!, source!, end!);
      else writeLatin1ToUtf8(code, from, to, target!, source!, end!);
    },
  }));
}

function writeUtf16ToUtf8(code: Code, from: Side, to: Side, target: Local, source: Local, end: Local): void {
  const { memory } = from;
  const unit = code.local("i32");
  const below = (limit: number, then: () => void) => code.get(unit).i32(limit).emit("i32.lt_u").if(then);
  /** Writes one byte: `mark`, and bits of the character from `shift` on. */
  const putByte = (offset: number, mark: number, shift: number) => {
    code.get(target, unit);
    if (shift > 0) code.i32(shift).emit("i32.shr_u");
    if (mark === 0x80) code.i32(0x3f).emit("i32.and");
    if (mark > 0) code.i32(mark).emit("i32.or");
    code.emit("i32.store8", { memory: to.memory, offset });
  };
  const putBytes = (mark: number, count: number, next: () => void) => {
    putByte(0, mark, 6 * (count - 1));
    for (let i = 1; i < count; i++) putByte(i, 0x80, 6 * (count - 1 - i));
    advance(code, to, target, count);
    next();
  };
  const narrowVector = (vector: Local) => {
    code.get(target, vector, vector).emit("i8x16.narrow_i16x8_u");
    code.emit("v128.store64_lane", { memory: to.memory, align: 0 }, 0);
    advance(code, to, target, 8);
  };
  const isPlain = () => code.emit("v128.const", units(0xff80)).emit("v128.and").emit("v128.any_true").emit("i32.eqz");
  eachCharacter(code, from, source, end, { memory, isPlain, plain: narrowVector }, (next) => {
    code.get(source).emit("i32.load16_u", { memory }).set(unit);
    advance(code, from, source, 2);
    below(0x80, () => putBytes(0, 1, next));
    below(0x800, () => putBytes(0xc0, 2, next));
    code
      .get(unit)
      .i32(0xf800)
      .emit("i32.and")
      .i32(0xd800)
      .emit("i32.ne")
      .if(() => putBytes(0xe0, 3, next));
    // A pair: 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
    code.get(unit).i32(10).emit("i32.shl").get(source).emit("i32.load16_u", { memory }).emit("i32.add");
    code
      .i32(0x10000 - (0xd800 << 10) - 0xdc00)
      .emit("i32.add")
      .set(unit);
    advance(code, from, source, 2);
    putBytes(0xf0, 4, next);
  });
  code.get(target);
}

function writeLatin1ToUtf8(code: Code, from: Side, to: Side, target: Local, source: Local, end: Local): void {
  const { memory } = from;
  const byte = code.local("i32");
  const copyVector = (vector: Local) => {
    code.get(target, vector).emit("v128.store", { memory: to.memory, align: 0 });
    advance(code, to, target, 16);
  };
  eachCharacter(code, from, source, end, { memory, isPlain: isAscii, plain: copyVector }, (next) => {
    code.get(source).emit("i32.load8_u", { memory }).set(byte);
    advance(code, from, source, 1);
    code.get(byte).i32(0x80).emit("i32.lt_u");
    code.if(() => {
      code.get(target, byte).emit("i32.store8", { memory: to.memory });
      advance(code, to, target, 1);
      next();
    });
    code.get(target, byte).i32(6).emit("i32.shr_u").i32(0xc0).emit("i32.or").emit("i32.store8", { memory: to.memory });
    code.get(target, byte).i32(0x3f).emit("i32.and").i32(0x80).emit("i32.or");
    code.emit("i32.store8", { memory: to.memory, offset: 1 });
    advance(code, to, target, 2);
    next();
  });
  code.get(target);
}

/** What becomes of sixteen bytes at once. */
interface Vectors {
  readonly memory: Side["memory"];
  /** Replaces the vector on the stack by whether `plain` can handle it. */
  readonly isPlain: (code: Code) => void;
  readonly plain: (vector: Local) => void;
}

const isAscii = (code: Code): Code => code.emit("i8x16.bitmask").emit("i32.eqz");

/**
 * Goes from `source` to `end`. Sixteen bytes that are not plain are gone through character by character before the next
 * are looked at: `character` moves `source` on and then calls `next`, or branches to `stop`.
 */
function eachCharacter(
  code: Code,
  from: Side,
  source: Local,
  end: Local,
  { memory, isPlain, plain }: Vectors,
  character: (next: () => void, stop: Label) => void,
): void {
  const vector = code.local("v128");
  const limit = code.local(from.pointer);
  code.block(undefined, (stop) => {
    code.loop((again) => {
      has(code, from, source, end, 16).if(
        () => {
          isPlain(code.get(source).emit("v128.load", { memory, align: 0 }).tee(vector));
          code.if(() => {
            plain(vector);
            advance(code, from, source, 16);
            code.emit("br", again);
          });
          code.get(source).pointer(from, 16).emit(from.op("add")).set(limit);
        },
        () => {
          code.get(source, end).emit(from.op("eq")).emit("br_if", stop);
          code.get(end).set(limit);
        },
      );
      code.loop((inner) => {
        character(() => {
          code.get(source, limit).emit(from.op("lt_u")).emit("br_if", inner).emit("br", again);
        }, stop);
      });
    });
  });
}

// ---- Widening and narrowing

/** `n` bytes as UTF-16 code units. */
export function widen({ module }: Code, from: Side, to: Side): Func {
  return module.helper("widen", pair(from, to), () => ({
    params: [to.pointer, from.pointer, "i32"],
    results: [],
    write: (code, [target, source, n]) => writeWiden(code, from, to, target!, source!, n!),
  }));
}

function writeWiden(code: Code, from: Side, to: Side, target: Local, source: Local, left: Local): void {
  const step = (count: number) => {
    advance(code, from, source, count);
    advance(code, to, target, 2 * count);
    code.get(left).i32(count).emit("i32.sub").set(left);
  };
  code.while(
    () => code.get(left).i32(16).emit("i32.ge_u"),
    () => {
      for (const offset of [0, 8]) {
        code.get(target, source).emit("v128.load8x8_u", { memory: from.memory, align: 0, offset });
        code.emit("v128.store", { memory: to.memory, align: 0, offset: 2 * offset });
      }
      step(16);
    },
  );
  code.while(
    () => code.get(left),
    () => {
      code.get(target, source).emit("i32.load8_u", { memory: from.memory }).emit("i32.store16", { memory: to.memory });
      step(1);
    },
  );
}

/** As `widen`, where they are: from the last to the first. */
export function widenInPlace({ module }: Code, side: Side): Func {
  return module.helper("widen in place", [side.memoryKey], () => ({
    params: [side.pointer, "i32"],
    results: [],
    write: (code, [ptr, n]) => {
      const { memory } = side;
      const at = (scale: 0 | 1) => code.get(n!).i32(scale).emit("i32.shl").fromI32(side).get(ptr!).emit(side.op("add"));
      const back = (count: number) => code.get(n!).i32(count).emit("i32.sub").set(n!);
      code.while(
        () => code.get(n!).i32(7).emit("i32.and"),
        () => {
          back(1);
          at(1);
          at(0).emit("i32.load8_u", { memory }).emit("i32.store16", { memory });
        },
      );
      code.while(
        () => code.get(n!),
        () => {
          back(8);
          at(1);
          at(0).emit("v128.load8x8_u", { memory, align: 0 }).emit("v128.store", { memory, align: 0 });
        },
      );
    },
  }));
}

/** `n` code units, none above 0xff, as bytes, where they are. */
export function narrowInPlace({ module }: Code, side: Side): Func {
  return module.helper("narrow in place", [side.memoryKey], () => ({
    params: [side.pointer, "i32"],
    results: [],
    write: (code, [ptr, n]) => {
      const { memory } = side;
      const source = code.get(ptr!).keep(side.pointer);
      const vector = code.local("v128");
      const step = (count: number) => {
        advance(code, side, source, 2 * count);
        advance(code, side, ptr!, count);
        code.get(n!).i32(count).emit("i32.sub").set(n!);
      };
      code.while(
        () => code.get(n!).i32(8).emit("i32.ge_u"),
        () => {
          code.get(source).emit("v128.load", { memory, align: 0 }).set(vector);
          code.get(ptr!, vector, vector).emit("i8x16.narrow_i16x8_u");
          code.emit("v128.store64_lane", { memory, align: 0 }, 0);
          step(8);
        },
      );
      code.while(
        () => code.get(n!),
        () => {
          code.get(ptr!, source).emit("i32.load8_u", { memory }).emit("i32.store8", { memory });
          step(1);
        },
      );
    },
  }));
}

/** Whether any of `n` code units is no Latin-1. */
export function beyondLatin1({ module }: Code, side: Side): Func {
  return module.helper("beyond latin1", [side.memoryKey], () => ({
    params: [side.pointer, "i32"],
    results: ["i32"],
    write: (code, [ptr, n]) => {
      const { memory } = side;
      const yes = () => code.i32(1).emit("return");
      const step = (count: number) => {
        advance(code, side, ptr!, 2 * count);
        code.get(n!).i32(count).emit("i32.sub").set(n!);
      };
      code.while(
        () => code.get(n!).i32(8).emit("i32.ge_u"),
        () => {
          code.get(ptr!).emit("v128.load", { memory, align: 0 }).emit("v128.const", units(0xff00));
          code.emit("v128.and").emit("v128.any_true").if(yes);
          step(8);
        },
      );
      code.while(
        () => code.get(n!),
        () => {
          code.get(ptr!).emit("i32.load16_u", { memory }).i32(0xff).emit("i32.gt_u").if(yes);
          step(1);
        },
      );
      code.i32(0);
    },
  }));
}
