/**
 * The walks over the structure of one type: what it is made of, and the same structure made of something else.
 *
 * Whoever goes from types as one stage has them to types as the next does (indices of a binary, interned types, numbers
 * of a plan, resources replaced by others) says what becomes of a part and of a resource; what kinds of types there are
 * is written down here. "Type Definitions" in Explainer.md.
 */
import type { CaseOf, FieldOf, FuncShape, Material, PrimitiveKind, ValShape } from "./types.ts";

export type Shape<M extends Material> = ValShape<M> | FuncShape<M>;

/**
 * The types that a type is directly made of, in order; without `type` where there could be one. `label` is that of a
 * field, case or parameter, the place in a tuple, or else what the part is.
 */
export function partsOf<M extends Material>(shape: Shape<M>): readonly CaseOf<M>[] {
  switch (shape.kind) {
    case "list":
      return [{ label: "element", type: shape.element }];
    case "map":
      return [
        { label: "key", type: shape.key },
        { label: "value", type: shape.value },
      ];
    case "record":
      return shape.fields;
    case "tuple":
      return shape.types.map((type, i) => ({ label: `${i}`, type }));
    case "variant":
      return shape.cases;
    case "option":
      return [{ label: "some", type: shape.type }];
    case "result":
      return [
        { label: "ok", type: shape.ok },
        { label: "err", type: shape.error },
      ];
    case "stream":
    case "future":
      return [{ label: "payload", type: shape.payload }];
    case "func":
      return [...shape.params, { label: "result", type: shape.result }];
    case "enum":
    case "flags":
    case "own":
    case "borrow":
      return [];
    default:
      shape.kind satisfies PrimitiveKind;
      return [];
  }
}

/** What becomes of the parts and resources of a type where it is made of `To` instead of `From`. */
export interface Mapping<From extends Material, To extends Material> {
  /** `at` is the field, case or parameter whose type the part is. */
  part(part: From["part"], at?: CaseOf<From>): To["part"];
  resource(resource: From["resource"]): To["resource"];
}

/** The structure of `shape`, with its parts in order and its resource replaced; what is not there is left out. */
export function mapShape<A extends Material, B extends Material>(shape: ValShape<A>, to: Mapping<A, B>): ValShape<B>;
export function mapShape<A extends Material, B extends Material>(shape: FuncShape<A>, to: Mapping<A, B>): FuncShape<B>;
export function mapShape<A extends Material, B extends Material>(shape: Shape<A>, to: Mapping<A, B>): Shape<B> {
  const fields = (given: readonly FieldOf<A>[]) => given.map((f) => ({ label: f.label, type: to.part(f.type, f) }));
  switch (shape.kind) {
    case "list": {
      const list = { kind: shape.kind, element: to.part(shape.element) };
      return shape.length === undefined ? list : { ...list, length: shape.length };
    }
    case "map":
      return { kind: shape.kind, key: to.part(shape.key), value: to.part(shape.value) };
    case "record":
      return { kind: shape.kind, fields: fields(shape.fields) };
    case "tuple":
      return { kind: shape.kind, types: shape.types.map((type) => to.part(type)) };
    case "variant":
      return {
        kind: shape.kind,
        cases: shape.cases.map((c) =>
          c.type === undefined ? { label: c.label } : { label: c.label, type: to.part(c.type, c) },
        ),
      };
    case "enum":
    case "flags":
      return { kind: shape.kind, labels: shape.labels };
    case "option":
      return { kind: shape.kind, type: to.part(shape.type) };
    case "result": {
      const result: { kind: "result"; ok?: B["part"]; error?: B["part"] } = { kind: shape.kind };
      if (shape.ok !== undefined) result.ok = to.part(shape.ok);
      if (shape.error !== undefined) result.error = to.part(shape.error);
      return result;
    }
    case "own":
    case "borrow":
      return { kind: shape.kind, resource: to.resource(shape.resource) };
    case "stream":
    case "future":
      return shape.payload === undefined ? { kind: shape.kind } : { kind: shape.kind, payload: to.part(shape.payload) };
    case "func": {
      const func = { kind: shape.kind, async: shape.async, params: fields(shape.params) };
      return shape.result === undefined ? func : { ...func, result: to.part(shape.result) };
    }
    default:
      return { kind: shape.kind satisfies PrimitiveKind };
  }
}
