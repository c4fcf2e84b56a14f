/**
 * What adapters between components (`fuse/`) ask of the run side, for each kind of leaf that a plan has: traps, the handles
 * of a call, and entering where it must be tracked. None of these calls a guest.
 */
import { ComponentError } from "../errors/component-error.ts";
import type { CoreExport, InstanceIndex, Leaf, OptionsIndex, ResourceIndex, TrampolineIndex } from "../plan/plan.ts";
import { clearStorage, leave, restoreStorage, saveStorage } from "./call.ts";
import type { LiftLowerContext } from "./context.ts";
import type { CoreFunction } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { checkRange, checkRoom, room64 } from "./lists.ts";
import { mayLeaveMemory } from "./may-leave.ts";
import {
  CallScope,
  endLoan,
  enterFromGuest,
  lend,
  liftBorrow,
  liftOwn,
  lowerBorrow,
  lowerOwn,
  type ResourceType,
} from "./resources.ts";
import { pointer64, trapForUtf8, trapForUtf16 } from "./strings.ts";
import { arrive, clearTransit, depart } from "./transit.ts";
import { trap, trapWith } from "./trap.ts";

/** The part of an instance's state that leaves need. */
export interface LeafState {
  readonly instances: readonly ComponentInstance[];
  readonly resources: readonly ResourceType[];
  context(index: OptionsIndex): LiftLowerContext;
  coreExport(def: CoreExport): WebAssembly.ExportValue;
  /** Makes the adapter in place of a trampoline. */
  lateAdapter(index: TrampolineIndex): CoreFunction;
}

export function makeLeaf(leaf: Leaf, state: LeafState): WebAssembly.ImportValue {
  switch (leaf.leaf) {
    case "trap": {
      const { code } = leaf;
      return () => trap(code);
    }
    case "bad-range": {
      const { what, options } = leaf;
      return (ptr: number | bigint, size: number, alignment: number) =>
        checkRange(state.context(options), typeof ptr === "number" ? ptr >>> 0 : pointer64(ptr), size, alignment, what);
    }
    case "bad-room": {
      const { what, options } = leaf;
      return (ptr: number | bigint, size: number, alignment: number) => {
        const cx = state.context(options);
        checkRoom(cx, typeof ptr === "number" ? ptr >>> 0 : room64(cx, ptr, size, alignment), size, alignment, what);
      };
    }
    case "invalid-char":
      return (bits: number) => trap("invalid-char", { bits: bits >>> 0 });
    case "invalid-text": {
      const { encoding, options } = leaf;
      return (ptr: number | bigint, units: number) => {
        const cx = state.context(options);
        cx.memory.refresh();
        const begin = typeof ptr === "number" ? ptr >>> 0 : Number(BigInt.asUintN(64, ptr));
        if (encoding === "utf8") trapForUtf8(cx, begin, units);
        trapForUtf16(cx, begin, units);
      };
    }
    case "uncaught-exception":
      return () => trapWith(new ComponentError("trap", "uncaught-exception", "wasm exception not caught"));
    case "may-leave":
      return mayLeaveMemory!;
    case "late": {
      let adapter: CoreFunction | undefined;
      return (...args: never[]) => {
        adapter ??= replaced(state, leaf);
        return adapter(...args);
      };
    }
    case "enter": {
      const entering = enteringSet(state, leaf);
      return () => enterFromGuest(entering);
    }
    case "leave": {
      const entering = enteringSet(state, leaf);
      return () => leave(entering);
    }
    case "clear-storage":
      return () => clearStorage(state.instances[leaf.instance]!);
    case "save-storage":
      return () => saveStorage(state.instances[leaf.instance]!);
    case "restore-storage":
      return () => restoreStorage(state.instances[leaf.instance]!);
    case "begin-call":
      return () => new CallScope();
    case "end-call":
      return (scope: CallScope) => scope.end();
    case "begin-handles":
      return clearTransit;
    case "transfer-own": {
      const [from, to] = [state.context(leaf.from), state.context(leaf.to)];
      const type = state.resources[leaf.resource]!;
      return (i: number) => lowerOwn(to, liftOwn(from, i, type), type);
    }
    case "lift-own":
    case "lift-borrow":
    case "lower-own":
    case "lower-borrow":
    case "lend":
    case "end-loan":
      return makeHandleLeaf(leaf.leaf, state.context(leaf.options), state.resources[leaf.resource]!);
  }
}

/** The adapter for a `late` leaf, which is from now on where the leaf's stub was. */
function replaced(state: LeafState, leaf: Extract<Leaf, { readonly leaf: "late" }>): CoreFunction {
  const adapter = state.lateAdapter(leaf.adapter);
  const stub = state.coreExport(leaf.stub);
  for (const def of leaf.tables) {
    const table = state.coreExport(def) as WebAssembly.Table;
    for (let i = 0; i < Math.min(table.length, MAX_ENTRIES); i++) if (table.get(i) === stub) table.set(i, adapter);
  }
  return adapter;
}

/** Tables for imports have an entry for each. Those of a language for its own functions may have a hundred thousand. */
const MAX_ENTRIES = 1000;

type CrossingLeaf = { readonly callee: InstanceIndex; readonly caller: InstanceIndex };

function enteringSet({ instances }: LeafState, { callee, caller }: CrossingLeaf): readonly ComponentInstance[] {
  return instances[callee]!.enteringSet(instances[caller]);
}

type HandleLeaf = Extract<Leaf, { readonly resource: ResourceIndex; readonly options: OptionsIndex }>["leaf"];

/** What adapters call for handles of one type, of one instance. */
function makeHandleLeaf(leaf: HandleLeaf, cx: LiftLowerContext, type: ResourceType): WebAssembly.ImportValue {
  switch (leaf) {
    case "lift-own":
      return (i: number) => depart(liftOwn(cx, i, type));
    case "lift-borrow":
      return (scope: CallScope, i: number) => depart(liftBorrow(cx, i, type, scope));
    case "lower-own":
      return () => lowerOwn(cx, arrive(), type);
    case "lower-borrow":
      return (scope: CallScope) => lowerBorrow(cx, arrive(), type, scope);
    case "lend":
      return (i: number) => lend(cx, i, type).rep;
    case "end-loan":
      return (i: number) => endLoan(cx, i, type);
  }
}
