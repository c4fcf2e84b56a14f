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

// ---- Prefixes: of `n` code units, those at the start that are small enough, as bytes; tells how many they were

const asciiOfLatin1 = `(target: to, source: from, n: i32) -> i32 {
  let left = n
  while left >= 16 {
    let bytes = v128(source)
    break if i8x16.bitmask(bytes)
    v128(target) = bytes
    source += 16
    target += 16
    left -= 16
  }
  while left {
    let byte = u8(source)
    break if byte >= 0x80
    u8(target) = byte
    source += 1
    target += 1
    left -= 1
  }
  return n - left
}`;

const prefixOfUtf16 = (limit: number): string => `(target: to, source: from, n: i32) -> i32 {
  let left = n
  while left >= 16 {
    let low = v128(source)
    let high = v128(source, 16)
    break if v128.any_true((low | high) & x16(${0x10000 - limit}))
    v128(target) = i8x16.narrow_i16x8_u(low, high)
    source += 32
    target += 16
    left -= 16
  }
  while left {
    let unit = u16(source)
    break if unit >= ${limit}
    u8(target) = unit
    source += 2
    target += 1
    left -= 1
  }
  return n - left
}`;

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

/** `n` bytes as UTF-16 code units. */
const widen = `(target: to, source: from, n: i32) {
  while n >= 16 {
    v128(target) = wide(source)
    v128(target, 16) = wide(source, 8)
    source += 16
    target += 32
    n -= 16
  }
  while n {
    u16(target) = u8(source)
    source += 1
    target += 2
    n -= 1
  }
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

/** `n` code units, none above 0xff, as bytes, where they are. */
const narrowInPlace = `(target: to, n: i32) {
  let source = target
  while n >= 8 {
    let vector = v128(source)
    low(target) = i8x16.narrow_i16x8_u(vector, vector)
    source += 16
    target += 8
    n -= 8
  }
  while n {
    u8(target) = u8(source)
    source += 2
    target += 1
    n -= 1
  }
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
};
