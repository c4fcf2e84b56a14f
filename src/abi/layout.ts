/**
 * How values lie in linear memory. "Despecialization", "Alignment" and "Element Size" in CanonicalABI.md.
 *
 * Types are interned, so what is worked out for one is kept beside it. Each part of a type is looked at once, however
 * often it is shared, and sizes are doubles that may grow beyond every limit but never wrap: whoever validates a type
 * can ask for its size before anything else is known of it.
 */
import type { Case, Field, ValType, ValTypeOf } from "../types/types.ts";
import type { FlatType } from "./flatten.ts";
import { perPointer, remembered } from "./remembered.ts";

/** The type of addresses of a memory. */
export type PointerType = "i32" | "i64";

/** `ptr_size` in the specification. */
export function pointerSize(pointer: PointerType): 4 | 8 {
  return pointer === "i32" ? 4 : 8;
}

export interface Layout {
  readonly alignment: number;
  readonly size: number;
}

export interface RecordLayout extends Layout {
  /** Of each field, from the record's start. */
  readonly offsets: readonly number[];
}

export interface VariantLayout extends Layout {
  /** In bytes: the discriminant's type is `u8`, `u16` or `u32`. */
  readonly discriminantSize: 1 | 2 | 4;
  /** Where payloads begin, the same for all cases. */
  readonly payloadOffset: number;
}

/** A type without the abbreviations that the specification defines by others. */
export type Despecialized = Exclude<ValType, ValTypeOf<"tuple" | "enum" | "option" | "result" | "map">>;

/** `despecialize` in the specification. The answer for one type is always the same object. */
export const despecialize: (t: ValType) => Despecialized = remembered((t) => {
  switch (t.kind) {
    case "tuple":
      return { kind: "record", fields: tupleFields(t.types) };
    case "enum":
      return { kind: "variant", cases: t.labels.map((label): Case => ({ label, type: undefined })) };
    case "option":
      return {
        kind: "variant",
        cases: [
          { label: "none", type: undefined },
          { label: "some", type: t.type },
        ],
      };
    case "result":
      return {
        kind: "variant",
        cases: [
          { label: "ok", type: t.ok },
          { label: "error", type: t.error },
        ],
      };
    case "map":
      return { kind: "list", element: { kind: "record", fields: tupleFields([t.key, t.value]) }, length: undefined };
    default:
      return t;
  }
});

function tupleFields(types: readonly ValType[]): Field[] {
  return types.map((type, i) => ({ label: String(i), type }));
}

/** Size and alignment of a value type. */
export const layout: (t: ValType, pointer: PointerType) => Layout = perPointer((t, pointer) =>
  layOut(despecialize(t), pointer),
);

/** `alignment` in the specification. */
export function alignment(t: ValType, pointer: PointerType): number {
  return layout(t, pointer).alignment;
}

/** `elem_size` in the specification. */
export function elementSize(t: ValType, pointer: PointerType): number {
  return layout(t, pointer).size;
}

/** `elem_size_record` and `alignment_record` in the specification; also of parameters that go through memory. */
export function recordLayout(types: readonly ValType[], pointer: PointerType): RecordLayout {
  const offsets: number[] = [];
  let end = 0;
  let widest = 1;
  for (const type of types) {
    const field = layout(type, pointer);
    const offset = alignTo(end, field.alignment);
    offsets.push(offset);
    end = offset + field.size;
    widest = Math.max(widest, field.alignment);
  }
  return { alignment: widest, size: alignTo(end, widest), offsets };
}

/** `elem_size_variant`, `alignment_variant` and `max_case_alignment` in the specification. Asked for once for each case. */
export const variantLayout: (cases: readonly Case[], pointer: PointerType) => VariantLayout = perPointer(
  (cases, pointer) => {
    const discriminant = discriminantSize(cases.length);
    let caseAlignment = 1;
    let caseSize = 0;
    for (const { type } of cases) {
      if (type === undefined) continue;
      const payload = layout(type, pointer);
      caseAlignment = Math.max(caseAlignment, payload.alignment);
      caseSize = Math.max(caseSize, payload.size);
    }
    const payloadOffset = alignTo(discriminant, caseAlignment);
    const widest = Math.max(discriminant, caseAlignment);
    return {
      alignment: widest,
      size: alignTo(payloadOffset + caseSize, widest),
      discriminantSize: discriminant,
      payloadOffset,
    };
  },
);

/** The size of `discriminant_type` in the specification, for a variant of `count` cases. */
export function discriminantSize(count: number): 1 | 2 | 4 {
  return count <= 2 ** 8 ? 1 : count <= 2 ** 16 ? 2 : 4;
}

/** `elem_size_flags` and `alignment_flags` in the specification, for `count` labels. */
export function flagsSize(count: number): 1 | 2 | 4 {
  return count <= 8 ? 1 : count <= 16 ? 2 : 4;
}

/** `align_to` in the specification. */
function alignTo(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/**
 * Values that are one number wherever they are, of the kinds that other answers leave out: the core type that they
 * flatten to, and how they lie in memory.
 */
interface Scalar extends Layout {
  readonly flat: FlatType;
}

type ScalarKind = Exclude<Despecialized["kind"], "string" | "list" | "record" | "variant" | "flags">;

const scalar = (flat: FlatType, size: 1 | 2 | 4 | 8): Scalar => ({ flat, alignment: size, size });

/** A kind that is neither here nor in the answers that fall back on this does not compile. */
export const scalars: { readonly [K in ScalarKind]: Scalar } = {
  bool: scalar("i32", 1),
  s8: scalar("i32", 1),
  u8: scalar("i32", 1),
  s16: scalar("i32", 2),
  u16: scalar("i32", 2),
  s32: scalar("i32", 4),
  u32: scalar("i32", 4),
  s64: scalar("i64", 8),
  u64: scalar("i64", 8),
  f32: scalar("f32", 4),
  f64: scalar("f64", 8),
  char: scalar("i32", 4),
  "error-context": scalar("i32", 4),
  own: scalar("i32", 4),
  borrow: scalar("i32", 4),
  stream: scalar("i32", 4),
  future: scalar("i32", 4),
};

/** `alignment_list` and `elem_size_list` in the specification, with all cases of `alignment` and `elem_size`. */
function layOut(t: Despecialized, pointer: PointerType): Layout {
  switch (t.kind) {
    case "string":
      return { alignment: pointerSize(pointer), size: 2 * pointerSize(pointer) };
    case "list": {
      if (t.length === undefined) return { alignment: pointerSize(pointer), size: 2 * pointerSize(pointer) };
      const element = layout(t.element, pointer);
      return { alignment: element.alignment, size: t.length * element.size };
    }
    case "record":
      return recordLayout(
        t.fields.map((field) => field.type),
        pointer,
      );
    case "variant":
      return variantLayout(t.cases, pointer);
    case "flags":
      return scalar("i32", flagsSize(t.labels.length));
    default:
      return scalars[t.kind];
  }
}
