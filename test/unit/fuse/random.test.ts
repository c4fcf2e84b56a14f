/** Whatever is passed between two components: adapters do with it what the composed functions do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { flatCountOf } from "../../../src/abi/flatten.ts";
import { layout, recordLayout } from "../../../src/abi/layout.ts";
import type { ResourceIndex, TypeIndex } from "../../../src/plan/plan.ts";
import type { ValType, ValTypeOf } from "../../../src/types/types.ts";
import { picker } from "../../random.ts";
import { Types } from "../codegen/program.ts";
import {
  type LinkSpec,
  MODE,
  memory64,
  modes,
  multiMemory,
  type Outcome,
  RESOURCES,
  RESULT,
  type SideSpec,
  Twins,
} from "./link.ts";
import { type Pick, Raw } from "./raw.ts";

const encodings = ["utf8", "utf16", "latin1+utf16"] as const;
/** Where values of the test's are, out of the way of `realloc`. */
const DATA = 2 * 65536;

function anySide(pick: Pick): SideSpec {
  return { encoding: encodings[pick(3)]!, pointer: memory64 && pick(4) === 0 ? "i64" : "i32" };
}

const scalars = ["bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "char"] as const;

function anyType(types: Types, pick: Pick, depth: number, borrows: boolean): TypeIndex {
  const inner = () => anyType(types, pick, depth - 1, borrows);
  const several = (n: number) => Array.from({ length: 1 + pick(n) }, inner);
  const labelled = (list: readonly TypeIndex[]) => Object.fromEntries(list.map((type, i) => [`l${i}`, type]));
  switch (pick(depth === 0 ? 5 : 13)) {
    case 0:
    case 1:
      return types.of(scalars[pick(scalars.length)]!);
    case 2:
      return types.of("string");
    case 3:
      return types.add({ kind: pick(2) === 0 ? "enum" : "flags", labels: labels([1, 3, 8, 12, 16, 20, 32][pick(7)]!) });
    case 4: {
      const borrow = borrows && pick(2) === 0;
      // Borrowed from elsewhere, a handle would remain at the end of the call, which traps.
      const resource = borrow && pick(8) > 0 ? 0 : pick(RESOURCES);
      return types.add({ kind: borrow ? "borrow" : "own", resource: resource as ResourceIndex });
    }
    case 5:
      return types.list(inner(), pick(4) === 0 ? 1 + pick(4) : undefined);
    case 6:
      return types.list(types.of(scalars[pick(scalars.length)]!));
    case 7:
      return types.record(labelled(several(4)));
    case 8:
      return types.tuple(...several(4));
    case 9:
      return types.option(inner());
    case 10:
      return types.result(pick(3) === 0 ? undefined : inner(), pick(3) === 0 ? undefined : inner());
    case 11:
      return types.variant(labelled(several(5)));
    default:
      return types.variant({ none: undefined, ...labelled(several(3)) });
  }
}

const labels = (count: number): string[] => Array.from({ length: count }, (_, i) => `l${i}`);

function anySpec(pick: Pick): LinkSpec {
  const types = new Types();
  const params = Array.from({ length: pick(4) }, () => anyType(types, pick, 3, true));
  let result = pick(4) === 0 ? undefined : anyType(types, pick, 3, false);
  // Handles alone are passed by JavaScript.
  if (types.nodes.some(({ kind }) => kind === "own" || kind === "borrow")) {
    if (result === undefined) result = types.of("string");
    else params.push(types.of("string"));
  }
  return {
    types: types.nodes,
    params,
    ...(result !== undefined && { result }),
    caller: anySide(pick),
    callee: anySide(pick),
    postReturn: pick(3) === 0,
  };
}

/** Calls both of the twins with the same values, made from `seed`. */
function callBoth(twins: Twins, spec: LinkSpec, seed: number, faults: number): readonly [Outcome, Outcome] {
  const outcomes = [twins.composed(), twins.asAdapter()].map((link) => {
    const pick = picker(seed);
    const params = twins.type.params.map((param) => param.type);
    const handle = (side: "caller" | "callee") => (type: ValType) => {
      return link.addHandle(side, twins.resources.indexOf((type as ValTypeOf<"own">).resource));
    };
    const raw = new Raw(link.caller, DATA, { ...spec.caller, pick, faults, handle: handle("caller") });
    const args = passed(raw, params, spec.caller);
    const { result } = twins.type;
    if (result !== undefined) {
      const source = new Raw(link.callee, DATA, { ...spec.callee, pick, faults, handle: handle("callee") });
      giveResult(source, link.callee, result, spec.callee);
      if (flatCountOf([result]) > 1) args.push(toPointer(place(raw, [result], spec.caller), spec.caller));
    }
    if (pick(8) === 0) {
      const mode = Object.values(modes)[pick(5)]!;
      for (const memory of [link.caller, link.callee]) new DataView(memory.buffer).setUint32(MODE, mode, true);
    }
    return link.call(args);
  });
  return outcomes as unknown as readonly [Outcome, Outcome];
}

function place(raw: Raw, types: Parameters<typeof recordLayout>[0], { pointer }: SideSpec): number {
  const { size, alignment } = recordLayout(types, pointer);
  return raw.allocate(size, alignment);
}

const toPointer = (ptr: number, { pointer }: SideSpec): number | bigint => (pointer === "i32" ? ptr : BigInt(ptr));

function passed(raw: Raw, params: Parameters<typeof recordLayout>[0], side: SideSpec): (number | bigint)[] {
  if (flatCountOf(params) <= 16) return params.flatMap((type) => raw.flats(type));
  const at = place(raw, params, side);
  const { offsets } = recordLayout(params, side.pointer);
  for (const [i, type] of params.entries()) raw.store(type, at + offsets[i]!);
  return [toPointer(at, side)];
}

function giveResult(raw: Raw, memory: Uint8Array, result: Parameters<typeof layout>[0], side: SideSpec): void {
  const view = new DataView(memory.buffer);
  if (flatCountOf([result]) > 1) {
    const { size, alignment } = layout(result, side.pointer);
    const at = raw.allocate(size, alignment);
    raw.store(result, at);
    view.setBigUint64(RESULT, BigInt(at), true);
    return;
  }
  const [value] = raw.flats(result);
  if (typeof value === "bigint") view.setBigInt64(RESULT, value, true);
  else if (result.kind === "f32") view.setFloat32(RESULT, value!, true);
  else if (result.kind === "f64") view.setFloat64(RESULT, value!, true);
  else view.setInt32(RESULT, value!, true);
}

function assertSame([composed, fused]: readonly [Outcome, Outcome], what: string): void {
  assert.equal(fused.trap, composed.trap, what);
  assert.equal(fused.result, composed.result, what);
  assert.deepEqual(fused.reallocs, composed.reallocs, what);
  // Nobody can see what a trap leaves in the tables.
  if (fused.trap === undefined) assert.deepEqual(fused.handles, composed.handles, what);
  assert.ok(fused.callee.equals(composed.callee), `${what}: the callee's memory differs`);
  assert.ok(fused.caller.equals(composed.caller), `${what}: the caller's memory differs`);
}

const first = Number(process.env["GANTRY_SEED"] ?? 1);
const count = Number(process.env["GANTRY_COUNT"] ?? 50);

for (const [name, faults] of [
  ["valid values", 0],
  ["values with something wrong", 25],
] as const) {
  test(`random types, ${name}`, { skip: !multiMemory && "needs several memories" }, () => {
    const traps = new Set<string>();
    for (let seed = first; seed < first + count; seed++) {
      const pick = picker(seed * 7919 + faults);
      for (let i = 0; i < 8; i++) pick(2);
      const spec = anySpec(pick);
      const twins = new Twins(spec);
      for (let n = 0; n < 4; n++) {
        const outcomes = callBoth(twins, spec, seed * 31 + n + 1, faults);
        assertSame(outcomes, `seed ${seed}.${n}`);
        if (outcomes[0].trap !== undefined) traps.add(outcomes[0].trap.split(":")[0]!);
      }
    }
    // What goes wrong must have been seen to go wrong.
    if (faults > 0) assert.ok(traps.size >= 8, [...traps].join());
  });
}
