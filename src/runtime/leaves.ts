/**
 * What adapters between components (`fuse/`) ask of the run side, for each kind of leaf that a plan has: traps, the handles
 * of a call, and entering where it must be tracked. None of these calls a guest.
 */
import { ComponentError } from "../errors/component-error.ts";
import type { InstanceIndex, Leaf, OptionsIndex } from "../plan/plan.ts";
import { leave } from "./call.ts";
import type { LiftLowerContext } from "./context.ts";
import { type ComponentInstance, ENTERED } from "./instance.ts";
import { mayLeaveMemory } from "./may-leave.ts";
import { CallScope, liftBorrow, liftOwn, lowerBorrow, lowerOwn, type Rep, type ResourceType } from "./resources.ts";
import { trapForUtf8, trapForUtf16 } from "./strings.ts";
import { trap, trapWith } from "./trap.ts";

/** The part of an instance's state that leaves need. */
export interface LeafState {
  readonly instances: readonly ComponentInstance[];
  readonly resources: readonly ResourceType[];
  context(index: OptionsIndex): LiftLowerContext;
}

/** The scope of one call, and the resources whose handles have been lifted and not yet lowered, in order. */
class CallInTransit extends CallScope {
  readonly #reps: Rep[] = [];
  #next = 0;

  put(rep: Rep): void {
    this.#reps.push(rep);
  }

  take(): Rep {
    return this.#reps[this.#next++];
  }
}

export function makeLeaf(leaf: Leaf, state: LeafState): WebAssembly.ImportValue {
  switch (leaf.leaf) {
    case "trap": {
      const { code } = leaf;
      return () => trap(code);
    }
    case "realloc-out-of-bounds": {
      const { what } = leaf;
      return () => trap("realloc-out-of-bounds", { what });
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
      return mayLeaveMemory;
    case "enter": {
      const entering = enteringSet(state, leaf);
      return () => {
        for (const instance of entering) if (instance.flags !== 0) trap("cannot-enter");
        for (const instance of entering) instance.flags = ENTERED;
      };
    }
    case "leave": {
      const entering = enteringSet(state, leaf);
      return () => leave(entering);
    }
    case "begin-call":
      return () => new CallInTransit();
    case "end-call":
      return (call: CallInTransit) => call.end();
    case "lift-own": {
      const { cx, type } = handleSide(state, leaf);
      return (call: CallInTransit, i: number) => call.put(liftOwn(cx, i, type));
    }
    case "lift-borrow": {
      const { cx, type } = handleSide(state, leaf);
      return (call: CallInTransit, i: number) => call.put(liftBorrow(cx, i, type, call));
    }
    case "lower-own": {
      const { cx, type } = handleSide(state, leaf);
      return (call: CallInTransit) => lowerOwn(cx, call.take(), type);
    }
    case "lower-borrow": {
      const { cx, type } = handleSide(state, leaf);
      return (call: CallInTransit) => lowerBorrow(cx, call.take(), type, call);
    }
  }
}

type CrossingLeaf = { readonly callee: InstanceIndex; readonly caller: InstanceIndex };

function enteringSet({ instances }: LeafState, { callee, caller }: CrossingLeaf): readonly ComponentInstance[] {
  return instances[callee]!.enteringSet(instances[caller]);
}

function handleSide(state: LeafState, { options, resource }: Extract<Leaf, { readonly resource: unknown }>) {
  return { cx: state.context(options), type: state.resources[resource]! };
}
