/**
 * Which resource is which: binds the resource types that a definition introduces to the resources of this
 * instantiation.
 *
 * An import, an instantiation or an export with an ascribed type brings resource types of its own into a component's
 * types ("abstract" ones). Which resources they are is seen by walking the type and the value side by side. See the
 * header of `validate/typed.ts`, and "Type Checking" in Explainer.md.
 */
import type { ExternType, InstanceType } from "../types/types.ts";
import { memberOf, misgiven } from "./evaluate.ts";
import type { Budget } from "./limits.ts";
import type { Environment, Value } from "./values.ts";

export function bindResources<S>(type: ExternType, value: Value<S>, environment: Environment<S>, budget: Budget): void {
  // An instance type that is met again has the same resources, which are bound by then.
  const seen = new Set<InstanceType>();
  bind(type, value);

  function bind(type: ExternType, value: Value<S>): void {
    switch (type.kind) {
      case "type":
        if (type.type.kind !== "resource" || value.sort !== "type") return;
        if (value.resource === undefined) misgiven("has another type for a resource", type.type.name ?? "resource");
        environment.resources.set(type.type, value.resource);
        return;
      case "instance":
        if (value.sort !== "instance" || seen.has(type.type)) return;
        seen.add(type.type);
        budget.spend(type.type.exports.size);
        for (const [name, declared] of type.type.exports) {
          if (declared.type.kind === "type" || declared.type.kind === "instance")
            bind(declared.type, memberOf(value.exports, name));
        }
        return;
      case "core-module":
      case "func":
      case "value":
      case "component":
        return;
    }
  }
}
