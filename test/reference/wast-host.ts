/**
 * The reference as the host of test scripts: gantry decodes, validates and plans, the reference does the rest.
 *
 * Scripts call synchronous functions without handles here; whatever else they do is refused as `unsupported`.
 */
import { decodeComponent } from "../../src/binary/component.ts";
import { ComponentError } from "../../src/errors/component-error.ts";
import { planComponent } from "../../src/plan/inline.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { allFeatures } from "../../src/validate/features.ts";
import { validateComponent } from "../../src/validate/validate.ts";
import type { Host } from "../../src/wast/host.ts";
import { Store } from "./instance.ts";
import { type ReferenceFunc, type ReferenceImports, ReferenceInstance } from "./instantiate.ts";
import { fromJs, noHandles, toJs } from "./js-values.ts";
import { ReferenceTrap } from "./trap.ts";

export interface PlannedComponent {
  readonly plan: Plan;
  readonly modules: readonly WebAssembly.Module[];
}

/** Decodes, validates and plans. */
export function planOf(bytes: Uint8Array): PlannedComponent {
  const syntax = decodeComponent(bytes);
  const component = validateComponent(syntax, bytes, { features: allFeatures });
  const { plan } = planComponent({ component, environment: undefined, source: undefined });
  const modules = plan.modules.map(
    ({ start, end }) => new WebAssembly.Module(bytes.subarray(start, end) as Uint8Array<ArrayBuffer>),
  );
  return { plan, modules };
}

const unsupported = (what: string): ComponentError =>
  new ComponentError("unsupported", "reference", `the reference leaves out ${what}`);

const noImports: ReferenceImports = {
  func: () => {
    throw unsupported("imports");
  },
  module: () => {
    throw unsupported("imports");
  },
  drop: () => {},
};

/** What the embedder is told of a trap. */
function told(error: unknown): unknown {
  return error instanceof ReferenceTrap ? new ComponentError("trap", error.fault, error.fault) : error;
}

export function createHost(): Host<PlannedComponent, ReferenceInstance> {
  const find = (instance: ReferenceInstance, name: string): ReferenceFunc | undefined =>
    instance.func(...name.split("#"));
  return {
    async compile(bytes) {
      return planOf(bytes);
    },
    async instantiate({ plan, modules }) {
      try {
        return new ReferenceInstance(plan, modules, noImports, new Store());
      } catch (error) {
        throw told(error);
      }
    },
    funcType: (instance, name) => find(instance, name)?.type,
    async invoke(instance, name, args) {
      const func = find(instance, name)!;
      const { params, result } = func.type;
      try {
        const value = instance.call(
          func,
          params.map(({ type }, i) => fromJs(args[i], type, func, noHandles)),
        );
        return value === undefined ? undefined : toJs(value, result!, noHandles);
      } catch (error) {
        throw told(error);
      }
    },
  };
}
