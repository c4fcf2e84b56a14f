/**
 * Where core code can get to while it runs: flags that nobody could ask for meanwhile need not be set. "Component Instance
 * State" in CanonicalABI.md.
 */
import type { CoreDef, InstanceIndex, Plan, Trampoline } from "../plan/plan.ts";

type Builtin = Extract<Trampoline, { readonly op: "builtin" }>;

export interface WaysOut {
  /**
   * Instances that may be asked to stay while they try to leave: which have a `realloc` or a `post-return` that can call
   * anything but its own module. (What calls nothing else asks for nothing.)
   */
  readonly unleavable: ReadonlySet<InstanceIndex>;
  /**
   * Whether no call can meet an instance that is entered. The host calls nothing while a guest runs, for there is nothing of
   * its own that a guest could call; calls from component to component cannot be refused (fuse/program.ts says why), unless
   * one drops a resource of another.
   */
  readonly undisturbed: boolean;
}

export function waysOut(plan: Plan): WaysOut {
  const { imports, modules, options, trampolines, initializers } = plan;
  const closed = new Set(
    initializers.flatMap((step) => {
      const isClosed =
        step.op === "instantiate" && step.module.from === "static" && modules[step.module.module]!.traits?.closed;
      return isClosed ? step.core : [];
    }),
  );
  const leaves = (func: CoreDef | undefined) =>
    func !== undefined && (func.from === "trampoline" || !closed.has(func.instance));
  return {
    unleavable: new Set(
      options.flatMap(({ realloc, postReturn, instance }) => (leaves(realloc) || leaves(postReturn) ? instance : [])),
    ),
    undisturbed:
      imports.every(({ kind }) => kind === "core-module") &&
      trampolines.every(
        (trampoline) =>
          trampoline.op === "lower" || (trampoline.builtin.startsWith("resource.") && staysInside(plan, trampoline)),
      ),
  };
}

/** Whether that is a built-in which enters no other instance. */
function staysInside({ resources }: Plan, { builtin, instance, immediates }: Builtin): boolean {
  const { instance: owner } = resources[immediates.resource!] as { readonly instance?: InstanceIndex };
  return builtin !== "resource.drop" || owner === instance;
}
