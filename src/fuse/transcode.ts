/**
 * Loops that copy bytes, and text that is known to be right from one encoding to another, in the notation of
 * `notation.ts`. Each handles sixteen bytes at a time while they are what text mostly is.
 *
 * There is room for the worst case at the destination, so that a vector may be written wherever one was read.
 */

/** A `memory.copy` calls into the engine, so few bytes are moved by loads and stores, of which the last two overlap. */
const copyBytes = `(target: to, source: from, n: i32) {
  if n > 32 {
    copy(target, source, n)
    return
  }
  ${[
    ["v128", 16],
    ["u64", 8],
    ["u32", 4],
  ]
    .map(
      ([word, size]) => `if n >= ${size} {
        let ${word}s = ${word}(source)
        ${word}(target + n - ${size}) = ${word}(source + n - ${size})
        ${word}(target) = ${word}s
        return
      }`,
    )
    .join("\n")}
  if n {
    u8(target) = u8(source)
    u8(target + (n >> 1)) = u8(source + (n >> 1))
    u8(target + (n - 1)) = u8(source + (n - 1))
  }
}`;

/** Goes through `left` units, so many at a time and then one by one: of so many bytes each at the source, and at the target. */
const units = (count: number, from: number, to: number, many: string, one: string): string => {
  const next = (n: number) => `source += ${n * from}
    ${to === 0 ? "" : `target += ${n * to}`}
    left -= ${n}`;
  return `while left >= ${count} {
    ${many}
    ${next(count)}
  }
  while left {
    ${one}
    ${next(1)}
  }`;
};

// ---- Prefixes: of `n` code units, those at the start that are small enough, as bytes; tells how many they were

const prefix = (size: number, many: string, one: string): string => `(target: to, source: from, n: i32) -> i32 {
  let left = n
  ${units(16, size, 1, many, one)}
  return n - left
}`;

const asciiOfLatin1 = prefix(
  1,
  `let bytes = v128(source)
    break if i8x16.bitmask(bytes)
    v128(target) = bytes`,
  `let byte = u8(source)
    break if byte >= 0x80
    u8(target) = byte`,
);

const prefixOfUtf16 = (limit: number): string =>
  prefix(
    2,
    `let low = v128(source)
    let high = v128(source, 16)
    break if v128.any_true((low | high) & x16(${0x10000 - limit}))
    v128(target) = i8x16.narrow_i16x8_u(low, high)`,
    `let unit = u16(source)
    break if unit >= ${limit}
    u8(target) = unit`,
  );

// ---- Whole text up to `end`; tells where the destination ends

/**
 * Goes from `source` to `end`. Sixteen bytes of which `some` are no ASCII are gone through character by character
 * before the next are looked at: `character` moves `source` on, or leaves `text`.
 */
const eachCharacter = (some: string, copy: string, character: string): string => `text: loop {
  let limit = end
  if end - source >= 16 {
    let vector = v128(source)
    if !${some} {
      ${copy}
      source += 16
      continue
    }
    limit = source + 16
  }
  break if source == end
  while source < limit {
    ${character}
  }
}`;

const SOME_BYTES = "i8x16.bitmask(vector)";

const COPY_VECTOR = `v128(target) = vector
  target += 16`;

/** Latin-1 of UTF-8, as bytes, as far as it goes. Tells where it stopped: at the destination, and in the source. */
const latin1OfUtf8 = `(target: to, source: from, end: from) -> to, from {
  ${eachCharacter(
    SOME_BYTES,
    COPY_VECTOR,
    `let lead = u8(source)
    if lead < 0x80 {
      u8(target) = lead
      source += 1
    } else {
      break text if lead >= 0xc4
      u8(target) = lead << 6 | u8(source, 1) & 0x3f
      source += 2
    }
    target += 1`,
  )}
  return target, source
}`;

/** Stores keep the lower bits only, in which nothing of a lead's mark is left. */
const utf8ToUtf16 = `(target: to, source: from, end: from) -> to {
  ${eachCharacter(
    SOME_BYTES,
    `v128(target) = i16x8.extend_low_i8x16_u(vector)
    v128(target, 16) = i16x8.extend_high_i8x16_u(vector)
    target += 32`,
    `let lead = u8(source)
    if lead < 0x80 {
      u16(target) = lead
      source += 1
      target += 2
    } else if lead < 0xe0 {
      u16(target) = (lead & 0x1f) << 6 | u8(source, 1) & 0x3f
      source += 2
      target += 2
    } else if lead < 0xf0 {
      u16(target) = lead << 12 | (u8(source, 1) & 0x3f) << 6 | u8(source, 2) & 0x3f
      source += 3
      target += 2
    } else {
      let point = (lead & 7) << 18 | (u8(source, 1) & 0x3f) << 12 | (u8(source, 2) & 0x3f) << 6 | u8(source, 3) & 0x3f
      u32(target) = (point >> 10) + 0xd7c0 | (point & 0x3ff | 0xdc00) << 16
      source += 4
      target += 4
    }`,
  )}
  return target
}`;

const BYTE = `u8(target) = point
    target += 1`;

/** Writes the character `point` as so many bytes of UTF-8. */
const bytes = (mark: number, count: number): string => {
  const rest = Array.from({ length: count - 1 }, (_, i) => {
    const shift = 6 * (count - 2 - i);
    return `u8(target, ${i + 1}) = point >> ${shift} & 0x3f | 0x80`;
  });
  return `u8(target) = point >> ${6 * (count - 1)} | ${mark}
    ${rest.join("\n")}
    target += ${count}`;
};

const latin1ToUtf8 = `(target: to, source: from, end: from) -> to {
  ${eachCharacter(
    SOME_BYTES,
    COPY_VECTOR,
    `let point = u8(source)
    source += 1
    if point < 0x80 { ${BYTE} }
    else { ${bytes(0xc0, 2)} }`,
  )}
  return target
}`;

const utf16ToUtf8 = `(target: to, source: from, end: from) -> to {
  ${eachCharacter(
    "v128.any_true(vector & x16(0xff80))",
    `low(target) = i8x16.narrow_i16x8_u(vector, vector)
    target += 8`,
    `let point = u16(source)
    source += 2
    if point < 0x80 { ${BYTE} }
    else if point < 0x800 { ${bytes(0xc0, 2)} }
    else if point & 0xf800 != 0xd800 { ${bytes(0xe0, 3)} }
    else {
      point = ((point - 0xd800) << 10) + u16(source) + ${0x10000 - 0xdc00}
      source += 2
      ${bytes(0xf0, 4)}
    }`,
  )}
  return target
}`;

// ---- Widening and narrowing

/** Bytes as UTF-16 code units. */
const widen = `(target: to, source: from, left: i32) {
  ${units(
    16,
    1,
    2,
    `v128(target) = wide(source)
    v128(target, 16) = wide(source, 8)`,
    "u16(target) = u8(source)",
  )}
}`;

/** As `widen`, where they are: from the last to the first. */
const widenInPlace = `(ptr: to, n: i32) {
  while n & 7 {
    n -= 1
    u16(ptr + n * 2) = u8(ptr + n)
  }
  while n {
    n -= 8
    v128(ptr + n * 2) = wide(ptr + n)
  }
}`;

/** Code units, none above 0xff, as bytes, where they are. */
const narrowInPlace = `(target: to, left: i32) {
  let source = target
  ${units(
    8,
    2,
    1,
    `let vector = v128(source)
    low(target) = i8x16.narrow_i16x8_u(vector, vector)`,
    "u8(target) = u8(source)",
  )}
}`;

/** Whether any of so many code units is no Latin-1. */
const beyondLatin1 = `(source: from, left: i32) -> i32 {
  ${units(8, 2, 0, "return 1 if v128.any_true(v128(source) & x16(0xff00))", "return 1 if u16(source) > 0xff")}
  return 0
}`;

export const transcoders = {
  copyBytes,
  asciiOfLatin1,
  asciiOfUtf16: prefixOfUtf16(0x80),
  latin1OfUtf16: prefixOfUtf16(0x100),
  latin1OfUtf8,
  utf8ToUtf16,
  latin1ToUtf8,
  utf16ToUtf8,
  widen,
  widenInPlace,
  narrowInPlace,
  beyondLatin1,
};
