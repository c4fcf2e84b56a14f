/**
 * The walks over the structure of one type: what it is made of, and the same structure made of something else.
 *
 * Whoever goes from types as one stage has them to types as the next does (indices of a binary, interned types, numbers
 * of a plan, resources replaced by others) says what becomes of a part and of a resource; what kinds of types there are
 * is written down here. "Type Definitions" in Explainer.md.
 */
import type {
  CaseOf, FuncShape, FuncType, Interned, Material, PrimitiveKind, ResourceType, ValShape, ValType,
} from "./types.ts"; // biome-ignore format: one list

export type Shape<M extends Material> = ValShape<M> | FuncShape<M>;

/** Kinds whose parts each have a property of their own. */
type Fixed = "list" | "map" | "option" | "result" | "stream" | "future";

/** The properties that are parts, in order, and what each part is called. */
const fixed: { readonly [K in Fixed]: readonly (readonly [property: string, label: string])[] } = {
  list: [["element", "element"]],
  map: [
    ["key", "key"],
    ["value", "value"],
  ],
  option: [["type", "some"]],
  result: [
    ["ok", "ok"],
    ["error", "err"],
  ],
  stream: [["payload", "payload"]],
  future: [["payload", "payload"]],
};

/**
 * The types that a type is directly made of, in order; without `type` where there could be one. `label` is that of a
 * field, case or parameter, the place in a tuple, or else what the part is.
 */
export function partsOf<M extends Material>(shape: Shape<M>): readonly CaseOf<M>[] {
  switch (shape.kind) {
    case "record":
      return shape.fields;
    case "variant":
      return shape.cases;
    case "tuple":
      return shape.types.map((type, i) => ({ label: `${i}`, type }));
    case "func":
      return [...shape.params, { label: "result", type: shape.result }];
    case "list":
    case "map":
    case "option":
    case "result":
    case "stream":
    case "future": {
      const parts = shape as unknown as Readonly<Record<string, M["part"]>>;
      return fixed[shape.kind].map(([property, label]) => ({ label, type: parts[property] }));
    }
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

/**
 * Whether two types are the same, though different interners have made them: of resources the names are all that there is to
 * compare. Each type is looked at once, however often it is a part.
 */
export function isSameType(
  a: ValType | FuncType,
  b: ValType | FuncType,
  known: Map<ValType | FuncType, ValType | FuncType> = new Map(),
): boolean {
  if (a === b || known.get(a) === b) return true;
  const others = partsOf<Interned>(b);
  const parts = partsOf<Interned>(a);
  const isSame =
    headOf(a) === headOf(b) &&
    parts.length === others.length &&
    parts.every(({ label, type }, i) => {
      const { label: otherLabel, type: other } = others[i]!;
      if (label !== otherLabel) return false;
      return type === undefined || other === undefined ? type === other : isSameType(type, other, known);
    });
  if (isSame) known.set(a, b);
  return isSame;
}

/** All that there is to a type besides its parts. */
function headOf(type: ValType | FuncType): string {
  const { kind, async, length, labels, resource } = type as {
    readonly kind: string;
    readonly async?: boolean;
    readonly length?: number;
    readonly labels?: readonly string[];
    readonly resource?: ResourceType;
  };
  return `${kind} ${async} ${length} ${labels} ${resource?.name}`;
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
export function mapShape<A extends Material, B extends Material>(shape: Shape<A>, to: Mapping<A, B>): Shape<B>;
export function mapShape<A extends Material, B extends Material>(shape: Shape<A>, to: Mapping<A, B>): Shape<B> {
  switch (shape.kind) {
    case "record":
      return { kind: shape.kind, fields: shape.fields.map((f) => ({ label: f.label, type: to.part(f.type, f) })) };
    case "variant":
      return {
        kind: shape.kind,
        cases: shape.cases.map((c) =>
          c.type === undefined ? { label: c.label } : { label: c.label, type: to.part(c.type, c) },
        ),
      };
    case "tuple":
      return { kind: shape.kind, types: shape.types.map((type) => to.part(type)) };
    case "func": {
      const params = shape.params.map((p) => ({ label: p.label, type: to.part(p.type, p) }));
      const func = { kind: shape.kind, async: shape.async, params };
      return shape.result === undefined ? func : { ...func, result: to.part(shape.result) };
    }
    case "list":
    case "map":
    case "option":
    case "result":
    case "stream":
    case "future": {
      const parts = shape as unknown as Readonly<Record<string, A["part"]>>;
      const made: Record<string, unknown> = { kind: shape.kind };
      for (const [property] of fixed[shape.kind]) {
        if (parts[property] !== undefined) made[property] = to.part(parts[property]);
      }
      if (shape.kind === "list" && shape.length !== undefined) made["length"] = shape.length;
      return made as unknown as Shape<B>;
    }
    case "enum":
    case "flags":
      return { kind: shape.kind, labels: shape.labels };
    case "own":
    case "borrow":
      return { kind: shape.kind, resource: to.resource(shape.resource) };
    default:
      return { kind: shape.kind satisfies PrimitiveKind };
  }
}
