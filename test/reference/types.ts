/**
 * What the reference speaks of: types with their specialized kinds taken away, values, and core values.
 *
 * "Despecialization" and the types at the head of definitions.py of the specification (commit 6d281648). Types are
 * gantry's own declarations, of which nothing but their shape is used. Component values are neutral: integers and
 * representations of resources are bigints, floats numbers, characters code points.
 */
import type { Case, Field, ResourceType as NominalType, PrimitiveKind, ValType } from "../../src/types/types.ts";
import type { ReferenceString } from "./strings.ts";
import { leftOut } from "./trap.ts";

export type PtrType = "i32" | "i64";
export type CoreType = "i32" | "i64" | "f32" | "f64";

/** Integers as unsigned bigints of their width, floats as numbers. */
export type CoreValue = bigint | number;
/** `CoreFuncInst` in the specification. */
export type CoreFunc = (args: readonly CoreValue[]) => readonly CoreValue[];

/** `CoreFuncType` in the specification. */
export interface CoreFuncType {
  readonly params: readonly CoreType[];
  readonly results: readonly CoreType[];
}

// ---- Values

export type Value = boolean | bigint | number | ReferenceString | readonly Value[] | RecordValue | VariantValue;

/** By label, or by position in a tuple. Flags are records of booleans. */
export type RecordValue = ReadonlyMap<string, Value>;

export interface VariantValue {
  readonly label: string;
  readonly payload: Value | undefined;
}

// ---- Types

export type Despecialized =
  | { readonly kind: Exclude<PrimitiveKind, "error-context"> }
  | { readonly kind: "list"; readonly element: ValType; readonly length: number | undefined }
  | { readonly kind: "record"; readonly fields: readonly Field[] }
  | { readonly kind: "variant"; readonly cases: readonly Case[] }
  | { readonly kind: "flags"; readonly labels: readonly string[] }
  | { readonly kind: "own" | "borrow"; readonly resource: NominalType };

/** `despecialize` in the specification. */
export function despecialize(t: ValType): Despecialized {
  switch (t.kind) {
    case "tuple":
      return { kind: "record", fields: t.types.map((type, i) => ({ label: `${i}`, type })) };
    case "enum":
      return { kind: "variant", cases: t.labels.map((label) => ({ label, type: undefined })) };
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
      return {
        kind: "list",
        element: despecialize({ kind: "tuple", types: [t.key, t.value] }) as ValType,
        length: undefined,
      };
    case "stream":
    case "future":
    case "error-context":
      return leftOut(`${t.kind} types`);
    default:
      return t as Despecialized;
  }
}
