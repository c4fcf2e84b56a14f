/**
 * Which component instances of a plan are inside of which. `self_and_ancestors` in the specification ("Component
 * Instances" in CanonicalABI.md).
 */
import type { InstanceIndex, Plan } from "./plan.ts";

/** `self_and_ancestors` in the specification, innermost first. */
export function selfAndAncestors(plan: Plan, instance: InstanceIndex): InstanceIndex[] {
  const instances: InstanceIndex[] = [];
  for (let i: InstanceIndex | undefined = instance; i !== undefined; i = plan.instances[i]!.parent) instances.push(i);
  return instances;
}

/**
 * Whether one instance is the other or inside of it. Calls between such instances trap: the prose of the Canonical ABI
 * allows them, but the official scripts do not "for now" (`async/trap-on-reenter.wast`).
 */
export function areRelated(plan: Plan, a: InstanceIndex, b: InstanceIndex): boolean {
  return isInside(plan, a, b) || isInside(plan, b, a);
}

/** Whether `a` is `b` or inside of it. */
export function isInside(plan: Plan, a: InstanceIndex, b: InstanceIndex): boolean {
  return selfAndAncestors(plan, a).includes(b);
}
