/**
 * The instructions that `encoder.ts` can write, as one table: "Instructions" in the core specification's binary format.
 *
 * All of the number instructions are here, and of the rest what generated modules may need: control with exceptions (in
 * the standard form and in the earlier one that older engines have), references, tables, several memories of either
 * address type, bulk operations, and the vector instructions for scanning and widening text.
 */

/** An immediate: what kind of thing stands behind the opcode. */
export type ImmediateKind =
  /** A `blocktype`. */
  | "block"
  /** A label of an enclosing block. */
  | "label"
  | "labels"
  | "catches"
  | "type"
  | "func"
  | "table"
  | "memory"
  | "global"
  | "tag"
  | "data"
  | "element"
  | "local"
  | "heap"
  /** Memory, offset and alignment. */
  | "memarg"
  | "lane"
  /** Sixteen bytes. */
  | "v128"
  | "s32"
  | "s64"
  | "f32"
  | "f64";

export interface Instruction {
  /** The opcode, with its prefix if it has one. */
  readonly opcode: number | readonly [prefix: number, code: number];
  readonly immediates: readonly ImmediateKind[];
  /** The natural alignment of a memory access, as a power of two. */
  readonly align?: number;
  /** Whether it begins a block. */
  readonly opens?: true;
}

/** Instructions without immediates, whose opcodes run from 0x45 in this order. */
export const numeric = [
  "i32.eqz", "i32.eq", "i32.ne", "i32.lt_s", "i32.lt_u", "i32.gt_s", "i32.gt_u", "i32.le_s", "i32.le_u", "i32.ge_s", "i32.ge_u",
  "i64.eqz", "i64.eq", "i64.ne", "i64.lt_s", "i64.lt_u", "i64.gt_s", "i64.gt_u", "i64.le_s", "i64.le_u", "i64.ge_s", "i64.ge_u",
  "f32.eq", "f32.ne", "f32.lt", "f32.gt", "f32.le", "f32.ge",
  "f64.eq", "f64.ne", "f64.lt", "f64.gt", "f64.le", "f64.ge",
  "i32.clz", "i32.ctz", "i32.popcnt", "i32.add", "i32.sub", "i32.mul", "i32.div_s", "i32.div_u", "i32.rem_s", "i32.rem_u",
  "i32.and", "i32.or", "i32.xor", "i32.shl", "i32.shr_s", "i32.shr_u", "i32.rotl", "i32.rotr",
  "i64.clz", "i64.ctz", "i64.popcnt", "i64.add", "i64.sub", "i64.mul", "i64.div_s", "i64.div_u", "i64.rem_s", "i64.rem_u",
  "i64.and", "i64.or", "i64.xor", "i64.shl", "i64.shr_s", "i64.shr_u", "i64.rotl", "i64.rotr",
  "f32.abs", "f32.neg", "f32.ceil", "f32.floor", "f32.trunc", "f32.nearest", "f32.sqrt",
  "f32.add", "f32.sub", "f32.mul", "f32.div", "f32.min", "f32.max", "f32.copysign",
  "f64.abs", "f64.neg", "f64.ceil", "f64.floor", "f64.trunc", "f64.nearest", "f64.sqrt",
  "f64.add", "f64.sub", "f64.mul", "f64.div", "f64.min", "f64.max", "f64.copysign",
  "i32.wrap_i64", "i32.trunc_f32_s", "i32.trunc_f32_u", "i32.trunc_f64_s", "i32.trunc_f64_u",
  "i64.extend_i32_s", "i64.extend_i32_u", "i64.trunc_f32_s", "i64.trunc_f32_u", "i64.trunc_f64_s", "i64.trunc_f64_u",
  "f32.convert_i32_s", "f32.convert_i32_u", "f32.convert_i64_s", "f32.convert_i64_u", "f32.demote_f64",
  "f64.convert_i32_s", "f64.convert_i32_u", "f64.convert_i64_s", "f64.convert_i64_u", "f64.promote_f32",
  "i32.reinterpret_f32", "i64.reinterpret_f64", "f32.reinterpret_i32", "f64.reinterpret_i64",
  "i32.extend8_s", "i32.extend16_s", "i64.extend8_s", "i64.extend16_s", "i64.extend32_s",
] as const; // biome-ignore format: as in the specification

type NumericName = (typeof numeric)[number];
interface NumericInstruction {
  readonly opcode: number;
  readonly immediates: readonly [];
}

const numericInstructions = Object.fromEntries(
  numeric.map((name, i) => [name, { opcode: 0x45 + i, immediates: [] }]),
) as unknown as Readonly<Record<NumericName, NumericInstruction>>;

// biome-ignore format: a table
const otherInstructions = {
  // Control
  "unreachable": { opcode: 0x00, immediates: [] },
  "nop": { opcode: 0x01, immediates: [] },
  "block": { opcode: 0x02, immediates: ["block"], opens: true },
  "loop": { opcode: 0x03, immediates: ["block"], opens: true },
  "if": { opcode: 0x04, immediates: ["block"], opens: true },
  "else": { opcode: 0x05, immediates: [] },
  "end": { opcode: 0x0b, immediates: [] },
  "br": { opcode: 0x0c, immediates: ["label"] },
  "br_if": { opcode: 0x0d, immediates: ["label"] },
  "br_table": { opcode: 0x0e, immediates: ["labels", "label"] },
  "return": { opcode: 0x0f, immediates: [] },
  "call": { opcode: 0x10, immediates: ["func"] },
  "call_indirect": { opcode: 0x11, immediates: ["type", "table"] },
  "return_call": { opcode: 0x12, immediates: ["func"] },
  "call_ref": { opcode: 0x14, immediates: ["type"] },

  // Exceptions, and their form before the standard
  "throw": { opcode: 0x08, immediates: ["tag"] },
  "throw_ref": { opcode: 0x0a, immediates: [] },
  "try_table": { opcode: 0x1f, immediates: ["block", "catches"], opens: true },
  "try": { opcode: 0x06, immediates: ["block"], opens: true },
  "catch": { opcode: 0x07, immediates: ["tag"] },
  "catch_all": { opcode: 0x19, immediates: [] },
  "rethrow": { opcode: 0x09, immediates: ["label"] },

  // Parametric and variable
  "drop": { opcode: 0x1a, immediates: [] },
  "select": { opcode: 0x1b, immediates: [] },
  "local.get": { opcode: 0x20, immediates: ["local"] },
  "local.set": { opcode: 0x21, immediates: ["local"] },
  "local.tee": { opcode: 0x22, immediates: ["local"] },
  "global.get": { opcode: 0x23, immediates: ["global"] },
  "global.set": { opcode: 0x24, immediates: ["global"] },

  // References and tables
  "ref.null": { opcode: 0xd0, immediates: ["heap"] },
  "ref.is_null": { opcode: 0xd1, immediates: [] },
  "ref.func": { opcode: 0xd2, immediates: ["func"] },
  "ref.as_non_null": { opcode: 0xd4, immediates: [] },
  "ref.cast": { opcode: [0xfb, 0x16], immediates: ["heap"] },
  "ref.cast null": { opcode: [0xfb, 0x17], immediates: ["heap"] },
  "table.get": { opcode: 0x25, immediates: ["table"] },
  "table.set": { opcode: 0x26, immediates: ["table"] },
  "table.grow": { opcode: [0xfc, 0x0f], immediates: ["table"] },
  "table.size": { opcode: [0xfc, 0x10], immediates: ["table"] },
  "table.fill": { opcode: [0xfc, 0x11], immediates: ["table"] },

  // Memory
  "i32.load": { opcode: 0x28, immediates: ["memarg"], align: 2 },
  "i64.load": { opcode: 0x29, immediates: ["memarg"], align: 3 },
  "f32.load": { opcode: 0x2a, immediates: ["memarg"], align: 2 },
  "f64.load": { opcode: 0x2b, immediates: ["memarg"], align: 3 },
  "i32.load8_s": { opcode: 0x2c, immediates: ["memarg"], align: 0 },
  "i32.load8_u": { opcode: 0x2d, immediates: ["memarg"], align: 0 },
  "i32.load16_s": { opcode: 0x2e, immediates: ["memarg"], align: 1 },
  "i32.load16_u": { opcode: 0x2f, immediates: ["memarg"], align: 1 },
  "i64.load8_s": { opcode: 0x30, immediates: ["memarg"], align: 0 },
  "i64.load8_u": { opcode: 0x31, immediates: ["memarg"], align: 0 },
  "i64.load16_s": { opcode: 0x32, immediates: ["memarg"], align: 1 },
  "i64.load16_u": { opcode: 0x33, immediates: ["memarg"], align: 1 },
  "i64.load32_s": { opcode: 0x34, immediates: ["memarg"], align: 2 },
  "i64.load32_u": { opcode: 0x35, immediates: ["memarg"], align: 2 },
  "i32.store": { opcode: 0x36, immediates: ["memarg"], align: 2 },
  "i64.store": { opcode: 0x37, immediates: ["memarg"], align: 3 },
  "f32.store": { opcode: 0x38, immediates: ["memarg"], align: 2 },
  "f64.store": { opcode: 0x39, immediates: ["memarg"], align: 3 },
  "i32.store8": { opcode: 0x3a, immediates: ["memarg"], align: 0 },
  "i32.store16": { opcode: 0x3b, immediates: ["memarg"], align: 1 },
  "i64.store8": { opcode: 0x3c, immediates: ["memarg"], align: 0 },
  "i64.store16": { opcode: 0x3d, immediates: ["memarg"], align: 1 },
  "i64.store32": { opcode: 0x3e, immediates: ["memarg"], align: 2 },
  "memory.size": { opcode: 0x3f, immediates: ["memory"] },
  "memory.grow": { opcode: 0x40, immediates: ["memory"] },
  "memory.init": { opcode: [0xfc, 0x08], immediates: ["data", "memory"] },
  "memory.copy": { opcode: [0xfc, 0x0a], immediates: ["memory", "memory"] },
  "memory.fill": { opcode: [0xfc, 0x0b], immediates: ["memory"] },

  // Numbers
  "i32.const": { opcode: 0x41, immediates: ["s32"] },
  "i64.const": { opcode: 0x42, immediates: ["s64"] },
  "f32.const": { opcode: 0x43, immediates: ["f32"] },
  "f64.const": { opcode: 0x44, immediates: ["f64"] },

  // Vectors
  "v128.load": { opcode: [0xfd, 0x00], immediates: ["memarg"], align: 4 },
  "v128.load8x8_u": { opcode: [0xfd, 0x02], immediates: ["memarg"], align: 3 },
  "v128.load64_zero": { opcode: [0xfd, 0x5d], immediates: ["memarg"], align: 3 },
  "v128.store": { opcode: [0xfd, 0x0b], immediates: ["memarg"], align: 4 },
  "v128.store64_lane": { opcode: [0xfd, 0x5b], immediates: ["memarg", "lane"], align: 3 },
  "v128.const": { opcode: [0xfd, 0x0c], immediates: ["v128"] },
  "i8x16.shuffle": { opcode: [0xfd, 0x0d], immediates: ["v128"] },
  "i8x16.swizzle": { opcode: [0xfd, 0x0e], immediates: [] },
  "i8x16.splat": { opcode: [0xfd, 0x0f], immediates: [] },
  "i16x8.splat": { opcode: [0xfd, 0x10], immediates: [] },
  "i8x16.eq": { opcode: [0xfd, 0x23], immediates: [] },
  "i8x16.lt_u": { opcode: [0xfd, 0x26], immediates: [] },
  "i8x16.gt_u": { opcode: [0xfd, 0x28], immediates: [] },
  "i16x8.eq": { opcode: [0xfd, 0x2d], immediates: [] },
  "i16x8.lt_u": { opcode: [0xfd, 0x30], immediates: [] },
  "i16x8.gt_u": { opcode: [0xfd, 0x32], immediates: [] },
  "v128.not": { opcode: [0xfd, 0x4d], immediates: [] },
  "v128.and": { opcode: [0xfd, 0x4e], immediates: [] },
  "v128.andnot": { opcode: [0xfd, 0x4f], immediates: [] },
  "v128.or": { opcode: [0xfd, 0x50], immediates: [] },
  "v128.xor": { opcode: [0xfd, 0x51], immediates: [] },
  "v128.any_true": { opcode: [0xfd, 0x53], immediates: [] },
  "i8x16.all_true": { opcode: [0xfd, 0x63], immediates: [] },
  "i8x16.bitmask": { opcode: [0xfd, 0x64], immediates: [] },
  "i8x16.narrow_i16x8_u": { opcode: [0xfd, 0x66], immediates: [] },
  "i8x16.shr_u": { opcode: [0xfd, 0x6d], immediates: [] },
  "i8x16.sub_sat_u": { opcode: [0xfd, 0x73], immediates: [] },
  "i16x8.all_true": { opcode: [0xfd, 0x83], immediates: [] },
  "i16x8.bitmask": { opcode: [0xfd, 0x84], immediates: [] },
  "i16x8.max_u": { opcode: [0xfd, 0x99], immediates: [] },
  "i16x8.extend_low_i8x16_u": { opcode: [0xfd, 0x89], immediates: [] },
  "i16x8.extend_high_i8x16_u": { opcode: [0xfd, 0x8a], immediates: [] },
} as const satisfies Record<string, Instruction>;

type Instructions = typeof otherInstructions & typeof numericInstructions;
export type InstructionName = keyof Instructions;

/** The kinds of an instruction's immediates, as a tuple. */
export type ImmediatesOf<N extends InstructionName> = Instructions[N]["immediates"];

const instructions: Instructions = { ...otherInstructions, ...numericInstructions };

/** The row of an instruction, seen with the common type of all rows. */
export function instruction(name: InstructionName): Instruction {
  return instructions[name];
}
