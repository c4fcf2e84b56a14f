/**
 * Plans made by hand, and what it takes to call their functions: a memory with a bump allocator, and core functions that
 * are JavaScript. A lifted function whose core function is a lowered one goes all the way: from a value to core values or
 * memory, from there to a value for a host function, and back.
 */
import { flattenFuncType } from "../../../src/abi/flatten.ts";
import { elementSize } from "../../../src/abi/layout.ts";
import { compileFunctions } from "../../../src/codegen/compile.ts";
import { Generator } from "../../../src/codegen/generator.ts";
import type { Tier } from "../../../src/codegen/tier.ts";
import type {
  CanonicalOptions, CoreExport, FuncTypeIndex, FuncTypeNode, InstanceIndex, Lift, LiftIndex, OptionsIndex, Plan, Resource, Trampoline,
  TrampolineIndex, TypeIndex, TypeNode,
} from "../../../src/plan/plan.ts"; // biome-ignore format: one list
import { LiftLowerContext } from "../../../src/runtime/context.ts";
import type { CoreFunction, FunctionTable, LiftBinding } from "../../../src/runtime/functions.ts";
import { ComponentInstance } from "../../../src/runtime/instance.ts";
import { Memory } from "../../../src/runtime/memory.ts";
import { ownValue } from "../../../src/runtime/resources.ts";
import { Store } from "../../../src/runtime/store.ts";
import type { StringEncoding } from "../../../src/validate/typed.ts";

export type AnyFunction = (...args: unknown[]) => unknown;

/** A table of types that is filled by hand. */
export class Types {
  readonly nodes: TypeNode[] = [];

  add(node: TypeNode): TypeIndex {
    return (this.nodes.push(node) - 1) as TypeIndex;
  }

  /** Of a primitive kind. */
  of(
    kind: "bool" | "u8" | "s8" | "u16" | "s16" | "u32" | "s32" | "u64" | "s64" | "f32" | "f64" | "char" | "string",
  ): TypeIndex {
    return this.add({ kind });
  }

  list(element: TypeIndex, length?: number): TypeIndex {
    return this.add({ kind: "list", element, ...(length !== undefined && { length }) });
  }

  tuple(...types: TypeIndex[]): TypeIndex {
    return this.add({ kind: "tuple", types });
  }

  option(type: TypeIndex): TypeIndex {
    return this.add({ kind: "option", type });
  }

  record(fields: Record<string, TypeIndex>): TypeIndex {
    return this.add({ kind: "record", fields: Object.entries(fields).map(([label, type]) => ({ label, type })) });
  }

  variant(cases: Record<string, TypeIndex | undefined>): TypeIndex {
    return this.add({
      kind: "variant",
      cases: Object.entries(cases).map(([label, type]) => (type === undefined ? { label } : { label, type })),
    });
  }

  result(ok?: TypeIndex, error?: TypeIndex): TypeIndex {
    return this.add({ kind: "result", ...(ok !== undefined && { ok }), ...(error !== undefined && { error }) });
  }
}

const core: CoreExport = { from: "core-instance", instance: 0 as never, name: "f" };

export function options(more: Partial<CanonicalOptions> = {}): CanonicalOptions {
  const instance = 0 as InstanceIndex;
  return { instance, encoding: "utf8", memory: core, pointer: "i32", realloc: core, async: false, ...more };
}

export function funcType(params: Record<string, TypeIndex>, result?: TypeIndex): FuncTypeNode {
  const list = Object.entries(params).map(([label, type]) => ({ label, type }));
  return { async: false, params: list, ...(result !== undefined && { result }) };
}

export interface PlanParts {
  readonly types: readonly TypeNode[];
  readonly funcs: readonly FuncTypeNode[];
  /** If not given, a function. */
  readonly imports?: Plan["imports"];
  readonly options?: readonly CanonicalOptions[];
  readonly instances?: Plan["instances"];
  readonly resources?: readonly Resource[];
  readonly lifts?: readonly { readonly func: number; readonly options?: number; readonly name?: string }[];
  readonly lowers?: readonly {
    readonly func: number;
    readonly options?: number;
    readonly lift?: number;
    readonly name?: string;
  }[];
}

export function plan(parts: PlanParts): Plan {
  const lifts = (parts.lifts ?? []).map(
    ({ func, options = 0, name = "f" }): Lift => ({
      core,
      type: func as FuncTypeIndex,
      options: options as OptionsIndex,
      name,
    }),
  );
  const trampolines = (parts.lowers ?? []).map(
    ({ func, options = 0, lift, name = "g" }): Trampoline => ({
      op: "lower",
      callee: lift === undefined ? { from: "import", import: 0 as never } : { from: "lift", lift: lift as LiftIndex },
      type: func as FuncTypeIndex,
      options: options as OptionsIndex,
      name,
    }),
  );
  return {
    imports: parts.imports ?? [{ path: ["g"], kind: "func", type: 0 as FuncTypeIndex }],
    modules: [],
    instances: parts.instances ?? [{ parent: undefined }],
    types: parts.types,
    funcTypes: parts.funcs,
    options: parts.options ?? [options()],
    resources: parts.resources ?? [],
    lifts,
    trampolines,
    initializers: [],
    exports: lifts.map((lift, i) => ({
      name: lift.name,
      kind: "func",
      func: { from: "lift", lift: i as LiftIndex },
      type: lift.type,
    })),
  };
}

/** One side of calls: an instance with a memory of its own, whose `realloc` never gives the same room twice. */
export class Guest {
  readonly instance: ComponentInstance;
  readonly memory: Memory = new Memory(new WebAssembly.Memory({ initial: 1 }));
  readonly cx: LiftLowerContext;
  /** The calls of `realloc`: `[old, oldSize, alignment, size]`. */
  readonly reallocs: number[][] = [];
  #end = 16;

  constructor(pointer: "i32" | "i64" = "i32", instance: ComponentInstance = new ComponentInstance(new Store())) {
    this.instance = instance;
    const realloc = (...args: (number | bigint)[]) => {
      const [old, oldSize, alignment, size] = args.map(Number) as [number, number, number, number];
      this.reallocs.push([old, oldSize, alignment, size]);
      const ptr = this.allocate(alignment, size);
      this.memory.current().u8.copyWithin(ptr, old, old + Math.min(oldSize, size));
      return pointer === "i32" ? ptr : BigInt(ptr);
    };
    this.cx = new LiftLowerContext(this.instance, this.memory, realloc as never, pointer);
  }

  /** Room at an address that is as little aligned as it may be. */
  allocate(alignment: number, size: number): number {
    let ptr = Math.ceil((this.#end + 1) / alignment) * alignment;
    if (ptr % (2 * alignment) === 0) ptr += alignment;
    this.#end = ptr + size;
    const missing = this.#end - this.memory.memory.buffer.byteLength;
    if (missing > 0) this.memory.memory.grow(Math.ceil(missing / 65536));
    return ptr;
  }
}

/** A binding that throws what goes wrong as it is. */
export function liftBinding(guest: Guest, callee: AnyFunction, more: Partial<LiftBinding> = {}): LiftBinding {
  return {
    path: ["f"],
    cx: guest.cx,
    entering: [guest.instance],
    callee: callee as CoreFunction,
    postReturn: undefined,
    resources: [],
    asyncTypes: [],
    owned: ownValue,
    failed: (error) => {
      throw error;
    },
    ...more,
  };
}

export function lowered(table: FunctionTable, index: number, guest: Guest, more: object): AnyFunction {
  const maker = table.lowers.get(index as TrampolineIndex)!;
  const failed = (error: unknown) => {
    throw error;
  };
  const binding = {
    path: ["g"],
    cx: guest.cx,
    resources: [],
    asyncTypes: [],
    host: undefined,
    views: false,
    lift: undefined,
    failed,
  };
  return maker(() => ({ ...binding, ...more }) as never) as AnyFunction;
}

export function lifted(table: FunctionTable, index: number, binding: LiftBinding): AnyFunction {
  return table.lifts.get(index as LiftIndex)!.call(binding) as AnyFunction;
}

/** The core function of a lift, made from that of a lower of the same type: it finds room for the result. */
export function liftable(plan: Plan, func: number, guest: Guest, lowered: AnyFunction): AnyFunction {
  const generator = new Generator(plan, new Set());
  const type = generator.funcType(plan.funcTypes[func]!);
  const { pointer } = guest.cx;
  const { resultsIn } = flattenFuncType({ async: false, pointer }, type, "lift");
  if (resultsIn !== "memory") return lowered;
  const size = elementSize(type.result!, pointer);
  return (...flats) => {
    const out = guest.allocate(8, size);
    const address = pointer === "i32" ? out | 0 : BigInt(out);
    lowered(...flats, address);
    return address;
  };
}

export interface Way {
  readonly tier: Tier;
  readonly pointer: "i32" | "i64";
  readonly encoding: StringEncoding;
}

export const ways: readonly Way[] = (["jit", "evaluate"] as const).flatMap((tier) =>
  (["i32", "i64"] as const).flatMap((pointer) =>
    (["utf8", "utf16", "latin1+utf16"] as const).map((encoding) => ({ tier, pointer, encoding })),
  ),
);

/** `f` in `component A`, which hands its parameter to the host and gives back what comes: three ways at once. */
export interface RoundTrip {
  /** Through core values where they are few: `lower_flat`, `lift_flat`, `store`, `load`. */
  flat(value: unknown): unknown;
  /** Through memory: `store`, `load`. */
  spilled(value: unknown): unknown;
  /** From one component to another, and back. */
  linked(value: unknown): unknown;
  /** The same with another encoding and pointer type on the other side. */
  crossed(value: unknown): unknown;
}

const others = { utf8: "utf16", utf16: "latin1+utf16", "latin1+utf16": "utf8" } as const;

export function roundTrip(types: readonly TypeNode[], t: TypeIndex, way: Way): RoundTrip {
  const { tier, pointer, encoding } = way;
  const nodes: TypeNode[] = [...types, { kind: "u32" }];
  const filler = (nodes.length - 1) as TypeIndex;
  nodes.push({ kind: "tuple", types: [t, ...Array.from({ length: 17 }, () => filler)] });
  const wide = (nodes.length - 1) as TypeIndex;
  const crossed = { pointer: pointer === "i32" ? "i64" : "i32", encoding: others[encoding] } as const;
  const instance = 1 as InstanceIndex;
  const made = plan({
    types: nodes,
    funcs: [funcType({ value: t }, t), funcType({ value: wide }, wide)],
    instances: [{ parent: undefined }, { parent: undefined }],
    options: [
      options({ pointer, encoding }),
      options({ pointer, encoding, instance }),
      options({ ...crossed, instance }),
    ],
    lifts: [{ func: 0 }, { func: 1 }, { func: 0, options: 1 }, { func: 0, options: 2 }],
    lowers: [{ func: 0 }, { func: 0, lift: 2 }, { func: 0, options: 1 }, { func: 0, lift: 3 }, { func: 0, options: 2 }],
  });
  const table = compileFunctions(made, tier);
  const host = (value: unknown) => value;
  const through = (calleePointer: "i32" | "i64", link: number, lower: number) => (value: unknown) => {
    const store = new Store();
    const caller = new Guest(pointer, new ComponentInstance(store));
    const callee = new Guest(calleePointer, new ComponentInstance(store));
    const inner = liftable(made, 0, callee, lowered(table, lower, callee, { host }));
    const linked = lowered(table, link, caller, { lift: liftBinding(callee, inner) });
    return lifted(table, 0, liftBinding(caller, liftable(made, 0, caller, linked)))(value);
  };
  return {
    flat: (value) => {
      const guest = new Guest(pointer);
      const callee = liftable(made, 0, guest, lowered(table, 0, guest, { host }));
      return lifted(table, 0, liftBinding(guest, callee))(value);
    },
    spilled: (value) => {
      const guest = new Guest(pointer);
      const wideValue = [value, ...Array.from({ length: 17 }, (_, i) => i * 0x0f0f0f0f)];
      const result = lifted(
        table,
        1,
        liftBinding(guest, (ptr) => ptr),
      )(wideValue) as unknown[];
      return result.slice(1).every((n, i) => n === i * 0x0f0f0f0f) ? result[0] : result;
    },
    linked: through(pointer, 1, 2),
    crossed: through(crossed.pointer, 3, 4),
  };
}
