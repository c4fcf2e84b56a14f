/**
 * Whether bytes are the text that they are said to be: `decode` in `load_string_from_range`, in the notation of
 * `notation.ts`. All answer 1 or 0.
 */

/** What can be wrong with two bytes of UTF-8 in a row, a bit each. Some bits serve two faults that no tables confuse. */
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

const table = (...values: readonly (readonly [count: number, bits: number])[]): number[] =>
  values.flatMap(([count, bits]) => Array.from({ length: count }, () => bits));

/**
 * Three tables, indexed by the halves of a byte and of the one before it, have a bit for each way in which two bytes cannot
 * follow one another, so that their conjunction is what is wrong ("Validating UTF-8 in less than one instruction per byte",
 * Keiser and Lemire).
 */
export const tables: Readonly<Record<string, readonly number[]>> = {
  firstHigh: table(
    [8, TOO_LONG],
    [4, TWO_CONTINUATIONS],
    [1, TOO_SHORT | OVERLONG_2],
    [1, TOO_SHORT],
    [1, TOO_SHORT | OVERLONG_3 | SURROGATE],
    [1, TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4],
  ),
  firstLow: table(
    [1, ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4],
    [1, ANY_LOW | OVERLONG_2],
    [2, ANY_LOW],
    [1, ANY_LOW | TOO_LARGE],
    [8, ANY_LOW | TOO_LARGE | TOO_LARGE_1000],
    [1, ANY_LOW | TOO_LARGE | TOO_LARGE_1000 | SURROGATE],
    [2, ANY_LOW | TOO_LARGE | TOO_LARGE_1000],
  ),
  secondHigh: table(
    [8, TOO_SHORT],
    [1, TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4],
    [1, TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE],
    [2, TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE],
    [4, TOO_SHORT],
  ),
};

/** Sixty-four or sixteen bytes at a time while they are ASCII. From 32 bytes on, tables are quicker than branches. */
const isUtf8 = `(ptr: from, n: i32) -> i32 {
  let end = ptr + n
  ascii: block {
    while end - ptr >= 64 {
      break ascii if i8x16.bitmask(v128(ptr) | v128(ptr, 16) | v128(ptr, 32) | v128(ptr, 48))
      ptr += 64
    }
    while end - ptr >= 16 {
      break ascii if i8x16.bitmask(v128(ptr))
      ptr += 16
    }
    if n >= 16 {
      break ascii if i8x16.bitmask(v128(end - 16))
      return 1
    }
    if n >= 8 {
      break ascii if (u64(ptr) | u64(end - 8)) & 0x8080808080808080 != 0
      return 1
    }
    if n >= 4 {
      break ascii if (u32(ptr) | u32(end - 4)) & 0x80808080
      return 1
    }
  }
  if end - ptr >= 32 { return isUtf8ByTables(ptr, end) }
  return isUtf8ByBranches(ptr, end)
}`;

const isUtf8ByBranches = `(ptr: from, end: from) -> i32 {
  loop {
    return 1 if ptr == end
    let lead = u8(ptr)
    ptr += 1
    continue if lead < 0x80
    return 0 if (lead < 0xc2) | (lead > 0xf4)
    if lead < 0xe0 {
      return 0 if end == ptr
      return 0 if u8(ptr) & 0xc0 != 0x80
      ptr += 1
      continue
    }
    return 0 if end - ptr < 2
    let next = u16(ptr)
    return 0 if next & 0xc0c0 != 0x8080
    next = next & 0xff
    if lead < 0xf0 {
      return 0 if (lead == 0xe0) & (next < 0xa0) | (lead == 0xed) & (next >= 0xa0)
      ptr += 2
      continue
    }
    return 0 if (lead == 0xf0) & (next < 0x90) | (lead == 0xf4) & (next >= 0x90)
    return 0 if end - ptr < 3
    return 0 if u8(ptr, 2) & 0xc0 != 0x80
    ptr += 3
  }
}`;

/**
 * After leads of three and four bytes, a second and a third continuation are as they should be. What is left for branches
 * begins with the last character of which not all may have been seen: at most three bytes back.
 */
const isUtf8ByTables = `(ptr: from, end: from) -> i32 {
  let last = x8(0)
  let wrong = x8(0)
  while end - ptr >= 16 {
    let bytes = v128(ptr)
    let previous = before(last, bytes, 1)
    wrong = wrong | (
      i8x16.swizzle(firstHigh, i8x16.shr_u(previous, 4))
      & i8x16.swizzle(firstLow, previous & x8(0x0f))
      & i8x16.swizzle(secondHigh, i8x16.shr_u(bytes, 4))
      ^ (i8x16.sub_sat_u(before(last, bytes, 2), x8(0x60)) | i8x16.sub_sat_u(before(last, bytes, 3), x8(0x70))) & x8(0x80)
    )
    last = bytes
    ptr += 16
  }
  return 0 if v128.any_true(wrong)
  let seen = ptr
  ptr -= 3
  while ptr != seen {
    break if u8(ptr) & 0xc0 != 0x80
    ptr += 1
  }
  return isUtf8ByBranches(ptr, end)
}`;

/** Thirty-two code units at a time while they all come before the surrogates, eight while none of them is one. */
const isUtf16 = `(ptr: from, n: i32) -> i32 {
  let end = ptr + n * 2
  while end - ptr >= 64 {
    let most = i16x8.max_u(i16x8.max_u(v128(ptr), v128(ptr, 16)), i16x8.max_u(v128(ptr, 32), v128(ptr, 48)))
    break if v128.any_true(i16x8.gt_u(most, x16(0xd7ff)))
    ptr += 64
  }
  loop {
    if end - ptr >= 16 {
      if !v128.any_true(i16x8.eq(v128(ptr) & x16(0xf800), x16(0xd800))) {
        ptr += 16
        continue
      }
    }
    return 1 if ptr == end
    let unit = u16(ptr)
    ptr += 2
    continue if unit & 0xf800 != 0xd800
    return 0 if unit >= 0xdc00
    return 0 if ptr == end
    return 0 if u16(ptr) & 0xfc00 != 0xdc00
    ptr += 2
  }
}`;

export const textChecks = { isUtf8, isUtf8ByBranches, isUtf8ByTables, isUtf16 };
