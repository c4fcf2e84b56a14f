/**
 * What TypeScript says of linkers and worlds: compiled only, never run. Each line that must be refused is marked as
 * expected to be, so that the compiler fails here if it lets one pass.
 */
import { Component, cancellable, type Instance, Linker, resource } from "../../src/index.ts";

interface Greeter {
  readonly imports: {
    readonly "example:host/log": { readonly log: (message: string) => void };
    readonly "example:host/clock": { readonly now: () => bigint };
  };
  readonly exports: { readonly greet: (name: string) => string };
}

declare const bytes: Uint8Array;
declare const log: (message: string) => void;

export async function typed(): Promise<string> {
  const component = await Component.compile<Greeter>(bytes);
  const clock = new Linker().define("example:host/clock", { now: () => 0n });
  const linker = clock.define("example:host/log", { log });
  const instance: Instance<Greeter> = await linker.instantiate(component);

  // @ts-expect-error: nothing is provided
  await new Linker().instantiate(component);
  // @ts-expect-error: the log is missing
  await clock.instantiate(component);
  // @ts-expect-error: a clock of numbers is no clock of bigints
  await linker.define("example:host/clock", { now: () => 0 }).instantiate(component);
  // @ts-expect-error: greet takes a string
  instance.exports.greet(5);

  const greeting: string = instance.exports.greet("world");
  return greeting;
}

export function linkers(): Linker {
  // A variable that linkers are put into one after the other.
  let linker = new Linker();
  linker = linker.define("example:host/log", { log });
  const host: Linker<{ "example:host/log": object }> = new Linker()
    .define("example:host/log", { log })
    .define("log", log);
  // @ts-expect-error: a linker without a log is none that has it
  const wrong: Linker<{ "example:host/log": object }> = new Linker().define("log", log);
  return wrong === linker ? host : linker;
}

export async function untyped(): Promise<unknown> {
  // A component without a world is accepted by every linker and checked when it is linked.
  const instance = await new Linker().instantiate(await Component.compile(bytes));
  instance.exports["ns:pkg/iface@1.0.0"].doIt(1, "two");
  return instance.func("do-it").call(1, 2n);
}

export function definitions(): object {
  class Thing {
    doIt(): number {
      return 1;
    }
  }
  const linker = new Linker().define("a:b/c", { Thing, Marked: resource(Thing), log }).define("log", log);
  // @ts-expect-error: a definition is an object or a function
  linker.define("x", 5);
  return linker;
}

export function cancelled(): (n: number, text: string) => Promise<string> {
  const told = cancellable(async (n: number, text: string, signal: AbortSignal) => `${n}${text}${signal.aborted}`);
  const alone: () => boolean = cancellable((signal: AbortSignal) => signal.aborted);
  // @ts-expect-error: the component passes no signal
  told(1, "two", new AbortController().signal);
  return alone() ? told : (n, text) => told(n, text);
}
