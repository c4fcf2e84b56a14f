/**
 * Functions of the host's that a component exports as it has imported them. No guest stands between the host that calls and
 * the host that is called, so nothing is lifted or lowered: the values go as they are. But they are of the function's type,
 * as in any other call; what is not is told with its place.
 */
import type { ComponentError } from "../errors/component-error.ts";
import { ResultError, resultError } from "../errors/result-error.ts";
import type { FuncTypeNode } from "../plan/plan.ts";
import { nothingFault, promised } from "./call.ts";
import { argumentsFault, type Explainer, resultFault } from "./explain.ts";
import type { Functions } from "./instance-state.ts";
import type { ResolvedImport } from "./instantiate.ts";
import { errorPayload } from "./objects.ts";
import { isThenable } from "./realms.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;
type Imported = Extract<ResolvedImport, { readonly kind: "func" }>;

/** The functions around `imported`, which has the type `type` and to which `path` leads. */
export function handedOn(imported: Imported, type: FuncTypeNode, cx: Explainer, path: readonly string[]): Functions {
  const given = imported.func as AnyFunction;
  const { length } = type.params;
  if (imported.checks) return asItIs(given, imported.signalled as AnyFunction | undefined, length);
  const node = type.result === undefined ? undefined : cx.types[type.result]!;
  const fallible = node?.kind === "result";
  const hasValue = fallible ? node.ok !== undefined : node !== undefined;

  const returned = (value: unknown): unknown => {
    const told = fallible ? { tag: "ok", val: value } : value;
    refuse(hasValue ? resultFault(cx, type, told, path) : nothingFault(value, path));
    return hasValue ? value : undefined;
  };
  const threw = (error: unknown): never => {
    if (!fallible) throw error;
    const val = errorPayload(error);
    refuse(resultFault(cx, type, { tag: "err", val }, path));
    throw error instanceof ResultError ? error : resultError(val);
  };
  const run = (args: readonly unknown[], signal?: AbortSignal): unknown => {
    refuse(argumentsFault(cx, type, args, path));
    const passed = args.slice(0, length);
    if (imported.signalled !== undefined) passed[length] = signal ?? args[length] ?? new AbortController().signal;
    let value: unknown;
    try {
      value = given(...passed);
    } catch (error) {
      return threw(error);
    }
    const waits = type.async || (imported.waits && isThenable(value));
    return waits ? Promise.resolve(value).then(returned, threw) : returned(value);
  };

  const promise: Functions["promise"] = (args, options) =>
    new Promise((resolve) => {
      options?.signal?.throwIfAborted();
      resolve(run(args, options?.signal));
    });
  const call = type.async ? (...args: unknown[]) => promise(args) : (...args: unknown[]) => run(args);
  const read = (reader: (result: unknown) => unknown, ...args: unknown[]) => {
    const result = call(...args);
    return type.async || isThenable(result) ? (result as Promise<unknown>).then(reader) : reader(result);
  };
  return { call, read, promise };
}

function asItIs(call: AnyFunction, signalled: AnyFunction | undefined, length: number): Functions {
  const read = (reader: (result: unknown) => unknown, ...args: unknown[]) => reader(call(...args));
  const promise: Functions["promise"] = (args, options) => {
    const passed = args.slice(0, length);
    if (signalled !== undefined) passed[length] = options?.signal;
    return promised(signalled ?? call, passed);
  };
  return { call, read, promise };
}

function refuse(fault: ComponentError | undefined): void {
  if (fault !== undefined) throw fault;
}
