import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrapCode } from "../../../src/errors/messages.ts";
import type { LiftLowerContext } from "../../../src/runtime/context.ts";
import * as lists from "../../../src/runtime/lists.ts";
import * as tables from "../../../src/runtime/number-lists.ts";
import { listLength } from "../../../src/runtime/objects.ts";
import { Random } from "../../random.ts";
import { assertInvalid, assertRefused, assertTrap, type Guest, makeGuest, storeNumbers } from "./guest.ts";

const { storeNumbersInto, numbersU8 } = tables;

type Numbers = ArrayBufferView & ArrayLike<number | bigint>;

/** One of the ten number types: its functions, its array, and numbers at and beyond its ends. */
interface Kind {
  readonly name: string;
  readonly size: number;
  readonly make: (from: ArrayLike<never>) => Numbers;
  readonly copy: (cx: LiftLowerContext, ptr: number, n: number) => Numbers;
  readonly view: (cx: LiftLowerContext, ptr: number, n: number) => Numbers;
  readonly store: (cx: LiftLowerContext, value: unknown) => number;
  readonly into: (cx: LiftLowerContext, value: unknown, ptr: number, n: number) => void;
  readonly right: readonly (number | bigint)[];
  readonly wrong: readonly unknown[];
}

function kind(
  name: "U8" | "S8" | "U16" | "S16" | "U32" | "S32" | "U64" | "S64" | "F32" | "F64",
  TypedArray: new (from: never) => Numbers,
  right: readonly (number | bigint)[],
  wrong: readonly unknown[],
): Kind {
  const numbers = { ...tables }[`numbers${name}`];
  const { size } = numbers;
  /** As generated code does it. */
  const part = (cx: LiftLowerContext, ptr: number, n: number) => {
    const from = lists.checkList(cx, ptr, n, size, size) / size;
    return { view: numbers.view(cx.memory), range: [from, from + n] as const };
  };
  return {
    name,
    size,
    make: (from) => new TypedArray(from as never),
    copy(cx, ptr, n) {
      const { view, range } = part(cx, ptr, n);
      return view.slice(...range);
    },
    view(cx, ptr, n) {
      const { view, range } = part(cx, ptr, n);
      return view.subarray(...range);
    },
    store: (cx, value) => storeNumbers(cx, numbers, value),
    into: (cx, value, ptr, n) => storeNumbersInto(cx, numbers, value, ptr, n),
    right,
    wrong: [undefined, null, "1", true, {}, [1], ...wrong],
  };
}

const kinds = [
  kind("U8", Uint8Array, [0, 1, 255], [-1, 256, 0.5, NaN, 1n]),
  kind("S8", Int8Array, [0, -128, 127], [-129, 128, 0.5, NaN, 1n]),
  kind("U16", Uint16Array, [0, 1, 65535], [-1, 65536, 0.5, NaN, 1n]),
  kind("S16", Int16Array, [0, -32768, 32767], [-32769, 32768, 0.5, NaN, 1n]),
  kind("U32", Uint32Array, [0, 1, 4294967295], [-1, 4294967296, 0.5, NaN, 1n]),
  kind("S32", Int32Array, [0, -2147483648, 2147483647], [-2147483649, 2147483648, 0.5, NaN, 1n]),
  kind("U64", BigUint64Array, [0n, 1n, 2n ** 64n - 1n], [-1n, 2n ** 64n, 1, 0.5, NaN]),
  kind("S64", BigInt64Array, [0n, -(2n ** 63n), 2n ** 63n - 1n], [-(2n ** 63n) - 1n, 2n ** 63n, 1, 0.5]),
  kind("F32", Float32Array, [0, -1.5, Infinity], [1n]),
  kind("F64", Float64Array, [0, 1e308, -Infinity, 5e-324], [1n]),
];

/** Around the length where a loop gives way to the engine's copying. */
const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 100];

const numbers = (k: Kind, n: number): (number | bigint)[] =>
  Array.from({ length: n }, (_, i) => k.right[i % k.right.length]!);

/** The bytes of a typed array. */
const bytesOf = (a: ArrayBufferView): number[] => [...new Uint8Array(a.buffer, a.byteOffset, a.byteLength)];

function put(guest: Guest, ptr: number, a: ArrayBufferView): void {
  guest.bytes().set(bytesOf(a), ptr);
}

// ---- Checks

test("lists are checked for size, alignment and bounds, in this order", () => {
  const { cx } = makeGuest();
  const table: [ptr: number, length: number, size: number, alignment: number, code: TrapCode | undefined][] = [
    [0, 0, 1, 1, undefined],
    [65536, 0, 1, 1, undefined],
    [65536, 0, 8, 8, undefined],
    [65528, 1, 8, 8, undefined],
    [0, 65536, 1, 1, undefined],
    [65537, 0, 1, 1, "list-out-of-bounds"],
    [65528, 2, 8, 8, "list-out-of-bounds"],
    [65532, 0, 8, 8, "unaligned-pointer"],
    [0xffffffff, 0, 1, 1, "list-out-of-bounds"],
    [0xffffffff, 1, 4, 4, "unaligned-pointer"],
    [0, 2 ** 28 - 1, 1, 1, "list-out-of-bounds"],
    [1, 2 ** 28, 1, 2, "list-too-long"],
    [1, 2 ** 27, 2, 2, "list-too-long"],
    [1, 0xffffffff, 2 ** 27, 8, "list-too-long"],
    [2 ** 53 - 1, 0, 1, 1, "list-out-of-bounds"],
    [2 ** 32, 0, 1, 1, "list-out-of-bounds"],
    [2 ** 40 + 1, 0, 4, 4, "unaligned-pointer"],
  ];
  for (const [ptr, length, size, alignment, code] of table) {
    const run = () => lists.checkList(cx, ptr, length, size, alignment);
    if (code === undefined) assert.equal(run(), ptr);
    else assertTrap(run, code);
  }
});

test("pointers are checked for alignment, then bounds", () => {
  const { cx, memory } = makeGuest();
  assert.equal(lists.checkPointer(cx, 65528, 8, 4), 65528);
  assert.equal(lists.checkPointer(cx, 65536, 0, 8), 65536);
  assertTrap(() => lists.checkPointer(cx, 65529, 8, 4), "unaligned-pointer");
  assertTrap(() => lists.checkPointer(cx, 1, 1, 2), "unaligned-pointer");
  assert.equal(
    assertTrap(() => lists.checkPointer(cx, 65532, 8, 4), "pointer-out-of-bounds").message,
    "pointer out of bounds of memory (8 bytes, aligned to 4, at 0xfffc of 0x10000)",
  );
  assertTrap(() => lists.checkPointer(cx, 65532, 8, 4), "pointer-out-of-bounds");
  assertTrap(() => lists.checkPointer(cx, 0xfffffffc, 8, 4), "pointer-out-of-bounds");
  memory.grow(1);
  assert.equal(lists.checkPointer(cx, 65532, 8, 4), 65532);
});

test("room is asked for once, and checked even if there is none needed", () => {
  const guest = makeGuest();
  assert.equal(lists.allocate(guest.cx, 36, 4, "list"), 1024);
  assert.equal(lists.allocate(guest.cx, 0, 4, "list"), 1064);
  assert.deepEqual(guest.calls, [
    [0, 0, 4, 36],
    [0, 0, 4, 0],
  ]);
  const table: [ptr: number, length: number, code: TrapCode][] = [
    [65537, 0, "realloc-unaligned"],
    [65544, 0, "realloc-out-of-bounds"],
    [65528, 2, "realloc-out-of-bounds"],
    [-4, 0, "realloc-unaligned"],
    [-8, 0, "realloc-out-of-bounds"],
  ];
  for (const [ptr, length, code] of table) {
    for (const pointer of ptr < 0 ? (["i32"] as const) : (["i32", "i64"] as const)) {
      const { cx } = makeGuest({ pointer, answer: () => ptr });
      const { message } = assertTrap(() => lists.allocate(cx, 8 * length, 8, "list"), code);
      assert.match(message, code === "realloc-unaligned" ? /^unaligned pointer/ : /^list content out-of-bounds/);
    }
  }
});

test("a list that no component could have is refused before there is room for it", () => {
  const { cx, calls } = makeGuest();
  assertInvalid(() => storeNumbers(cx, numbersU8, { length: 2 ** 28 }));
  assertInvalid(() => storeNumbers(cx, tables.numbersF64, { length: 2 ** 25 }));
  assertInvalid(() => tables.numbersLength(numbersU8, new Uint8Array(4), 3));
  assert.equal(tables.numbersLength(numbersU8, new Uint8Array(4), 4), 4);
  assertInvalid(() => listLength([1, 2, 3], 2));
  assert.equal(listLength([1, 2, 3], 3), 3);
  assert.deepEqual(calls, []);
});

// ---- Load

for (const k of kinds) {
  test(`${k.name}: copies are copies and views are views`, () => {
    const guest = makeGuest();
    for (const n of lengths) {
      const wanted = k.make(numbers(k, n) as never);
      for (const ptr of [64, 65536 - wanted.byteLength]) {
        put(guest, ptr, wanted);
        const copy = k.copy(guest.cx, ptr, n);
        assert.deepEqual(copy, wanted);
        assert.notEqual(copy.buffer, guest.memory.buffer);
        const view = k.view(guest.cx, ptr, n);
        assert.deepEqual(view, wanted);
        assert.equal(view.buffer, guest.memory.buffer);
        assert.equal(view.byteOffset, ptr);
        guest.bytes().fill(0xee);
        assert.deepEqual(copy, wanted, "a copy keeps its contents");
        if (n > 0) assert.notDeepEqual(view, wanted, "a view does not");
      }
    }
    assert.deepEqual(guest.calls, []);
  });

  test(`${k.name}: bad pointers and lengths trap`, () => {
    const { cx } = makeGuest();
    for (const load of [k.copy, k.view]) {
      assertTrap(() => load(cx, 65536, 1), "list-out-of-bounds");
      assertTrap(() => load(cx, 65536 - k.size, 2), "list-out-of-bounds");
      assertTrap(() => load(cx, 0, 2 ** 28 / k.size), "list-too-long");
      assertTrap(() => load(cx, 0, 0xffffffff), "list-too-long");
      if (k.size > 1) assertTrap(() => load(cx, k.size / 2, 0), "unaligned-pointer");
      assert.equal(load(cx, 65536, 0).length, 0);
    }
  });

  // ---- Store

  test(`${k.name}: typed arrays, arrays and what is like them are stored`, () => {
    for (const n of lengths) {
      const plain = numbers(k, n);
      const typed = k.make(plain as never);
      const padded = k.make([plain[0] ?? k.right[0], ...plain] as never);
      const inside = new (typed.constructor as new (...args: unknown[]) => Numbers)(padded.buffer, k.size, n);
      const sources = [typed, inside, plain, { ...plain, length: n }, new Proxy(plain, {}), Object.freeze([...plain])];
      for (const source of sources) {
        const guest = makeGuest();
        const ptr = k.store(guest.cx, source);
        assert.equal(ptr, 1024);
        assert.equal(guest.cx.length, n);
        assert.deepEqual(guest.calls, [[0, 0, k.size, n * k.size]]);
        assert.deepEqual(guest.at(ptr - 8, n * k.size + 16), [
          ...Array(8).fill(0),
          ...bytesOf(typed),
          ...Array(8).fill(0),
        ]);
      }
      const guest = makeGuest();
      for (const source of [typed, inside, plain]) {
        guest.bytes().fill(0);
        k.into(guest.cx, source, 2048, n);
        assert.deepEqual(guest.at(2040, n * k.size + 16), [
          ...Array(8).fill(0),
          ...bytesOf(typed),
          ...Array(8).fill(0),
        ]);
        assertInvalid(() => k.into(guest.cx, source, 2048, n + 1));
      }
      assertInvalid(() => k.into(guest.cx, { ...plain, length: n }, 2048, n));
      assert.deepEqual(guest.calls, []);
    }
  });

  test(`${k.name}: each element of an array is checked`, () => {
    for (const n of [1, 3, 20]) {
      for (const wrong of k.wrong) {
        const source: unknown[] = numbers(k, n);
        source[n - 1] = wrong;
        assertRefused(() => k.store(makeGuest().cx, source), `${k.name} ${String(wrong)}`);
        assertRefused(() => k.into(makeGuest().cx, source, 1024, n));
      }
      const holes: unknown[] = numbers(k, n);
      delete holes[0];
      assertInvalid(() => k.store(makeGuest().cx, holes));
    }
  });

  test(`${k.name}: what is no list is refused`, () => {
    const big = k.name.endsWith("64") && k.name !== "F64";
    const other = big ? new Float64Array(1) : new BigUint64Array(1);
    const wrong = [
      undefined,
      null,
      1,
      "abc",
      true,
      Symbol(),
      {},
      () => 1,
      new Set([1]),
      new Map(),
      { length: -1 },
      { length: 0.5 },
    ];
    const more = [{ length: "1", 0: 1 }, { length: 2 ** 32 }, other, new Promise(() => {})];
    for (const value of [...wrong, ...more]) {
      const { cx, calls } = makeGuest();
      assertRefused(() => k.store(cx, value));
      assertRefused(() => k.into(cx, value, 1024, 1));
      if (value !== other) assert.deepEqual(calls, []);
    }
  });

  test(`${k.name}: realloc's answer is checked`, () => {
    for (const source of [k.make(numbers(k, 2) as never), numbers(k, 2)]) {
      const beyond = makeGuest({ answer: () => 65536 - k.size });
      assertTrap(() => k.store(beyond.cx, source), "realloc-out-of-bounds");
      if (k.size === 1) continue;
      const crooked = makeGuest({ answer: () => 1024 + k.size / 2 });
      assertTrap(() => k.store(crooked.cx, source), "realloc-unaligned");
    }
  });

  test(`${k.name}: realloc may grow the memory, also under a view that is being stored`, () => {
    for (const n of lengths) {
      const wanted = k.make(numbers(k, n) as never);
      for (const answer of [1024, 65536]) {
        const guest = makeGuest({ grow: () => true, answer: () => answer });
        put(guest, 64, wanted);
        const ptr = k.store(guest.cx, k.view(guest.cx, 64, n));
        assert.equal(ptr, answer);
        assert.equal(guest.cx.length, n);
        assert.deepEqual(guest.at(ptr, wanted.byteLength), bytesOf(wanted));
        assert.deepEqual(guest.at(64, wanted.byteLength), bytesOf(wanted));
      }
    }
  });

  test(`${k.name}: a view is stored where it overlaps itself`, () => {
    for (const n of [4, 40]) {
      for (const by of [-1, 1, 3]) {
        const wanted = k.make(numbers(k, n) as never);
        const guest = makeGuest({ answer: () => 1024 + by * k.size });
        put(guest, 1024, wanted);
        const ptr = k.store(guest.cx, k.view(guest.cx, 1024, n));
        assert.deepEqual(guest.at(ptr, wanted.byteLength), bytesOf(wanted), `${n} by ${by}`);
        put(guest, 1024, wanted);
        k.into(guest.cx, k.view(guest.cx, 1024, n), ptr, n);
        assert.deepEqual(guest.at(ptr, wanted.byteLength), bytesOf(wanted), `${n} by ${by}`);
      }
    }
  });

  test(`${k.name}: a view of nothing at address 0 right after the memory has grown`, () => {
    const guest = makeGuest();
    guest.memory.grow(1);
    assert.equal(k.view(guest.cx, 0, 0).length, 0);
    assert.equal(k.store(guest.cx, k.view(guest.cx, 0, 0)), 1024);
  });

  test(`${k.name}: a view on a memory that has grown since is refused, not taken for an empty list`, () => {
    const guest = makeGuest();
    const stale = k.view(guest.cx, 64, 3);
    guest.memory.grow(1);
    assertInvalid(() => k.store(guest.cx, stale));
    assertInvalid(() => k.into(guest.cx, stale, 1024, 3));
    assertInvalid(() => k.into(guest.cx, stale, 1024, 0));
    assert.deepEqual(guest.calls, []);
    assert.equal(k.store(guest.cx, k.make([])), 1024);
  });
}

test("bytes may come in any container of bytes", () => {
  const bytes = [1, 2, 3, 255];
  const shared = new SharedArrayBuffer(4);
  new Uint8Array(shared).set(bytes);
  const buffer = Uint8Array.from([9, ...bytes, 9]).buffer;
  const sources = [
    Uint8Array.from(bytes).buffer,
    shared,
    new Uint8Array(shared),
    new DataView(buffer, 1, 4),
    Uint8ClampedArray.from(bytes),
    Buffer.from(bytes),
  ];
  for (const source of sources) {
    const guest = makeGuest();
    const ptr = storeNumbers(guest.cx, numbersU8, source);
    assert.deepEqual(guest.at(ptr, 4), bytes);
    assert.deepEqual(guest.calls, [[0, 0, 1, 4]]);
    if (!(source instanceof Uint8Array || source instanceof Uint8ClampedArray)) continue;
    storeNumbersInto(guest.cx, numbersU8, source, 2048, 4);
    assert.deepEqual(guest.at(2048, 4), bytes);
  }
  assertInvalid(() => storeNumbersInto(makeGuest().cx, numbersU8, new ArrayBuffer(4), 2048, 4));
  assertInvalid(() => storeNumbersInto(makeGuest().cx, numbersU8, new DataView(new ArrayBuffer(4)), 2048, 4));
});

test("a list of one number type is stored as another where all elements are of it", () => {
  const { cx, at } = makeGuest();
  assert.deepEqual(at(storeNumbers(cx, numbersU8, Int32Array.of(1, 255)), 2), [1, 255]);
  assertInvalid(() => storeNumbers(cx, numbersU8, Int32Array.of(1, 256)));
  assertInvalid(() => storeNumbers(cx, tables.numbersU16, Int16Array.of(-1)));
  assert.deepEqual(at(storeNumbers(cx, tables.numbersU64, BigInt64Array.of(1n)), 8), [1, 0, 0, 0, 0, 0, 0, 0]);
  assertInvalid(() => storeNumbers(cx, tables.numbersU64, BigInt64Array.of(-1n)));
  assert.deepEqual(at(storeNumbers(cx, tables.numbersF32, Float64Array.of(1.5)), 4), [0, 0, 0xc0, 0x3f]);
});

test("typed arrays of another realm are stored", async () => {
  const { runInNewContext } = await import("node:vm");
  const { cx, at } = makeGuest();
  assert.deepEqual(at(storeNumbers(cx, numbersU8, runInNewContext("Uint8Array.of(1, 2)")), 2), [1, 2]);
});

test("an array that changes while it is read is refused or stored, never half seen", () => {
  const random = new Random(3);
  for (let round = 0; round < 200; round++) {
    const guest = makeGuest();
    const n = random.below(30);
    const source = { length: n } as { length: number; [i: number]: number };
    for (let i = 0; i < n; i++) {
      Object.defineProperty(source, i, {
        get: () => {
          if (random.below(20) === 0) source.length = random.below(40);
          return i;
        },
      });
    }
    const ptr = storeNumbers(guest.cx, numbersU8, source);
    assert.equal(guest.cx.length, n);
    assert.deepEqual(
      guest.at(ptr, n),
      Array.from({ length: n }, (_, i) => i),
    );
  }
});

test("a length that is another one each time is asked for once", () => {
  const lengths = [-1, 0.5, Number.NaN, 2 ** 32, 2 ** 20, 40, "3", undefined];
  for (const next of lengths) {
    let asked = 0;
    const changing = (elements: object) =>
      new Proxy(elements, {
        get: (target, key, receiver) => {
          if (key !== "length") return Reflect.get(target, key, receiver);
          return asked++ === 0 ? 3 : next;
        },
      });
    for (const source of [changing([1, 2, 3, 4, 5]), changing({ 0: 1, 1: 2, 2: 3, 3: 4, 4: 5 })]) {
      asked = 0;
      const guest = makeGuest();
      const ptr = storeNumbers(guest.cx, numbersU8, source);
      assert.equal(guest.cx.length, 3);
      assert.deepEqual(guest.calls, [[0, 0, 1, 3]]);
      assert.deepEqual(guest.at(ptr, 5), [1, 2, 3, 0, 0]);
    }
  }
});

test("an array's proxy that gives a length which is none is refused", () => {
  for (const length of [-1, 0.5, Number.NaN, 2 ** 32, "3", undefined]) {
    const { cx, calls } = makeGuest();
    const source = new Proxy([1, 2, 3], {
      get: (target, key) => (key === "length" ? length : Reflect.get(target, key)),
    });
    assertInvalid(() => storeNumbers(cx, numbersU8, source));
    assertInvalid(() => listLength(source, 2 ** 28));
    assert.deepEqual(calls, []);
  }
});
