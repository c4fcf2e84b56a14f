/**
 * The instructions that `encoder.ts` can write, as one table: "Instructions" in the core specification's binary format.
 * Here is what adapters, shims and the modules of tests consist of, not all that there is.
 */

/** An immediate: what kind of thing stands behind the opcode. */
export type ImmediateKind =
  /** A `blocktype`. */
  | "block"
  /** A label of an enclosing block. */
  | "label"
  /** A label of an enclosing block to which all exceptions go. */
  | "catch"
  | "func"
  | "memory"
  | "global"
  | "type"
  | "local"
  | "memarg"
  | "lane"
  /** Sixteen bytes. */
  | "v128"
  | "s32"
  | "s64";

/** The opcode, with its prefix in the higher byte if it has one, and the immediates. */
export type Instruction = readonly [opcode: number, ...immediates: ImmediateKind[]];

// biome-ignore format: a table
export const instructions = {
  // Control
  "unreachable": [0x00], "block": [0x02, "block"], "loop": [0x03, "block"], "if": [0x04, "block"], "else": [0x05], "end": [0x0b],
  "try_table": [0x1f, "block", "catch"],
  "br": [0x0c, "label"], "br_if": [0x0d, "label"],
  "return": [0x0f], "call": [0x10, "func"], "call_ref": [0x14, "type"],

  // Parametric, variable and reference
  "drop": [0x1a], "select": [0x1b],
  "local.get": [0x20, "local"], "local.set": [0x21, "local"], "local.tee": [0x22, "local"],
  "global.get": [0x23, "global"], "global.set": [0x24, "global"],
  "ref.cast": [0xfb16, "type"],

  // Memory
  "i32.load": [0x28, "memarg"], "i64.load": [0x29, "memarg"], "f32.load": [0x2a, "memarg"], "f64.load": [0x2b, "memarg"],
  "i32.load8_s": [0x2c, "memarg"], "i32.load8_u": [0x2d, "memarg"],
  "i32.load16_s": [0x2e, "memarg"], "i32.load16_u": [0x2f, "memarg"],
  "i32.store": [0x36, "memarg"], "i64.store": [0x37, "memarg"], "f32.store": [0x38, "memarg"], "f64.store": [0x39, "memarg"],
  "i32.store8": [0x3a, "memarg"], "i32.store16": [0x3b, "memarg"],
  "memory.size": [0x3f, "memory"], "memory.grow": [0x40, "memory"],
  "memory.copy": [0xfc0a, "memory", "memory"], "memory.fill": [0xfc0b, "memory"],

  // Numbers
  "i32.const": [0x41, "s32"], "i64.const": [0x42, "s64"],
  "i32.eqz": [0x45], "i32.eq": [0x46], "i32.ne": [0x47], "i32.lt_s": [0x48], "i32.lt_u": [0x49],
  "i32.gt_u": [0x4b], "i32.le_u": [0x4d], "i32.ge_u": [0x4f],
  "i64.eqz": [0x50], "i64.eq": [0x51], "i64.ne": [0x52], "i64.lt_s": [0x53], "i64.lt_u": [0x54],
  "i64.gt_u": [0x56], "i64.le_u": [0x58], "i64.ge_u": [0x5a],
  "f32.eq": [0x5b], "f64.eq": [0x61],
  "i32.add": [0x6a], "i32.sub": [0x6b], "i32.mul": [0x6c], "i32.and": [0x71], "i32.or": [0x72], "i32.xor": [0x73], "i32.shl": [0x74], "i32.shr_u": [0x76],
  "i64.add": [0x7c], "i64.sub": [0x7d], "i64.and": [0x83], "i64.or": [0x84], "i64.shl": [0x86], "i64.shr_u": [0x88],
  "i32.wrap_i64": [0xa7], "i64.extend_i32_u": [0xad],
  "i32.reinterpret_f32": [0xbc], "i64.reinterpret_f64": [0xbd], "f32.reinterpret_i32": [0xbe], "f64.reinterpret_i64": [0xbf],
  "i32.extend8_s": [0xc0], "i32.extend16_s": [0xc1],

  // Vectors
  "v128.load": [0xfd00, "memarg"], "v128.load8x8_u": [0xfd02, "memarg"],
  "v128.store": [0xfd0b, "memarg"], "v128.store64_lane": [0xfd5b, "memarg", "lane"],
  "v128.const": [0xfd0c, "v128"], "i8x16.shuffle": [0xfd0d, "v128"], "i8x16.swizzle": [0xfd0e],
  "v128.and": [0xfd4e], "v128.or": [0xfd50], "v128.xor": [0xfd51], "v128.any_true": [0xfd53],
  "i8x16.bitmask": [0xfd64], "i8x16.shr_u": [0xfd6d], "i8x16.sub_sat_u": [0xfd73],
  "i16x8.eq": [0xfd2d], "i16x8.gt_u": [0xfd32], "i16x8.max_u": [0xfd99], "i8x16.narrow_i16x8_u": [0xfd66],
  "i16x8.extend_low_i8x16_u": [0xfd89], "i16x8.extend_high_i8x16_u": [0xfd8a],
} as const satisfies Record<string, Instruction>;

type Instructions = typeof instructions;
export type InstructionName = keyof Instructions;

/** The kinds of an instruction's immediates, as a tuple. */
export type ImmediatesOf<N extends InstructionName> = Instructions[N] extends readonly [
  number,
  ...infer I extends readonly ImmediateKind[],
]
  ? I
  : never;
