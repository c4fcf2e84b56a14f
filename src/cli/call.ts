/** `gantry call`: calls exported functions with arguments and results as text. */
import type { Instance } from "../embed/instance.ts";
import { ResultError } from "../errors/result-error.ts";
import { exitCode } from "../wasi/index.ts";
import { type Callee, findCallee } from "./callee.ts";
import { exitCodes } from "./failure.ts";
import { type GuestOptions, startGuest } from "./guest.ts";
import { printValue } from "./wave-printer.ts";
import { readArguments, splitCall } from "./wave-reader.ts";

export async function call(file: string, calls: readonly string[], options: GuestOptions): Promise<number> {
  const { component, instance } = await startGuest(file, [], options);
  // All are read before the first is made: a mistake in the last is no reason to do half of what was asked.
  const read = calls.map((text) => {
    const { callee: name, argumentsAt } = splitCall(text);
    const callee = findCallee(component.exports, name);
    return { callee, args: readArguments(text, argumentsAt, callee.type) };
  });
  for (const { callee, args } of read) {
    let result: unknown;
    try {
      result = await invoke(instance, callee, args);
    } catch (error) {
      const code = exitCode(error);
      if (code === undefined) throw error;
      return code;
    }
    const { type } = callee;
    if (type.result !== undefined) process.stdout.write(`${printValue(result, type.result)}\n`);
    if (type.result?.kind === "result" && (result as { tag: string }).tag === "err") return exitCodes.failure;
  }
  return exitCodes.ok;
}

/** The function's result as a component value: a `result` that was thrown as one of its cases. */
async function invoke(instance: Instance, { path, type }: Callee, args: readonly unknown[]): Promise<unknown> {
  const func = path.length === 1 ? instance.func(path[0]) : instance.func(path[0], path[1]);
  if (type.result?.kind !== "result") return func.call(...args);
  try {
    return { tag: "ok", val: await func.call(...args) };
  } catch (error) {
    if (error instanceof ResultError) return { tag: "err", val: error.payload };
    throw error;
  }
}
