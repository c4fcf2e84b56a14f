/**
 * Fuses calls between components where the engine can run what comes of it.
 *
 * Adapters copy from one memory to another, so most need modules with several. Engines that have them have all else that
 * these adapters use, but for exceptions in the standard form.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { type Fused, fuse } from "../fuse/fuse.ts";
import type { PlannedComponent } from "../plan/inline.ts";
import type { SourceIndex, TrampolineIndex } from "../plan/plan.ts";
import type { Instantiation, LateModule } from "../runtime/instantiate.ts";
import type { Binary } from "./component.ts";

/** `(module (memory 0) (memory 0))` */
const twoMemories = [0x05, 0x05, 0x02, 0x00, 0x00, 0x00, 0x00];
/** `(module (func (try_table)))` */
const tryTable = [
  0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00, 0x0a, 0x08, 0x01, 0x06, 0x00, 0x1f, 0x40, 0x00, 0x0b, 0x0b,
]; // biome-ignore format: sections

let multiMemory: boolean | undefined;
let exceptions: boolean | undefined;

function isValid(sections: readonly number[]): boolean {
  return WebAssembly.validate(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections));
}

/** A plan with adapters: those that are there from the beginning are in one more source, yet to be compiled. */
export interface FusedPlan {
  readonly planned: PlannedComponent<Binary>;
  /** Makes the others, if there are any. */
  readonly late: Instantiation["late"];
}

/** Undefined if there is nothing to fuse. */
export function fused(planned: PlannedComponent<Binary>): FusedPlan | undefined {
  multiMemory ??= isValid(twoMemories);
  exceptions ??= isValid(tryTable);
  const { plan, sources } = planned;
  const source = sources.length as SourceIndex;
  const result = fuse(plan, { source, multiMemory, exceptions, late: true });
  if (result === undefined) return undefined;
  const later = new Map<number, Uint8Array<ArrayBuffer>>();
  for (const { source: of, start, end } of result.plan.modules) {
    if (of === source) later.set(start, result.bytes.subarray(start, end) as Uint8Array<ArrayBuffer>);
  }
  return {
    planned: { ...planned, plan: result.plan, sources: [...sources, { modules: new Map(), later }] },
    late: result.late && compiled(result.late),
  };
}

/** Compiles what `make` makes: each adapter once for all instances, and each module once for all adapters of one shape. */
function compiled(make: Required<Fused>["late"]): (index: TrampolineIndex) => LateModule {
  const adapters = new Map<TrampolineIndex, LateModule>();
  const modules = new Map<Uint8Array, WebAssembly.Module>();
  const adapter = (index: TrampolineIndex): LateModule => {
    const { module: bytes, ...imports } = make(index);
    return {
      ...imports,
      module: getOrInsert(modules, bytes, () => new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>)),
    };
  };
  return (index) => getOrInsert(adapters, index, adapter);
}
