/**
 * `Func`: a function of an instance, found by its WIT name and told with its type; and what is known of plain functions
 * when they are handed to a linker.
 */
import type { FuncTypeIndex, Plan } from "../plan/plan.ts";
import { typesOf } from "../plan/types.ts";
import { kindOf } from "../runtime/show.ts";
import type { FuncType } from "../types/types.ts";
import { checkOptions, type OptionChecks } from "./options.ts";

type PromisingFunction = (args: readonly unknown[], options?: CallOptions) => Promise<unknown>;
export type AnyFunction = (...args: never[]) => unknown;

export interface CallOptions {
  /**
   * Asks the component to give up. If it does, the promise is rejected with the signal's reason; if it has returned by
   * then, or returns nevertheless, the promise is settled as ever. A call that has not begun never begins.
   */
  readonly signal?: AbortSignal | undefined;
}

const checks: OptionChecks<CallOptions> = {
  // Not `instanceof`: signals of other realms are signals.
  signal: (value) =>
    typeof (value as Partial<AbortSignal> | null)?.throwIfAborted === "function" ? undefined : "an AbortSignal",
};

/**
 * A function that an instance exports.
 *
 * Its type is known only at run time, so arguments and results have no types for TypeScript: what is passed is checked
 * against `type` in each call.
 */
export class Func {
  /** As WIT spells it: `do-it`, or `[method]thing.do-it`. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: checked by the component at run time; `unknown` could not be used
  readonly call: (...args: any[]) => any;
  /**
   * As `call`, but always for a promise, and so that the guest can be suspended where it has to wait (which takes an
   * engine with JavaScript Promise Integration). Functions of an `async` type are always called so.
   */
  readonly callAsync: (...args: unknown[]) => Promise<unknown>;
  /**
   * As `call`, but `reader` sees the result before the guest takes it back, and its answer is returned: lists of numbers
   * are views on the guest's memory, valid until `reader` returns. Nothing is copied.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly read: <T>(reader: (result: any) => T, ...args: unknown[]) => T;
  /** The same function with options for its asynchronous calls: those of `callAsync`, and all of an `async` type. */
  readonly with: (options: CallOptions) => Func;
  readonly #type: () => FuncType;

  constructor(
    name: string,
    call: AnyFunction,
    promise: PromisingFunction,
    reading: () => AnyFunction,
    type: () => FuncType,
  ) {
    this.name = name;
    this.call = call as (...args: unknown[]) => unknown;
    // Functions of their own, so that they can be taken out of the object as `call` can.
    this.callAsync = (...args) => promise(args);
    this.read = (reader, ...args) => {
      if (typeof reader !== "function") {
        throw new TypeError(`the first argument of read is a function that takes the result, not ${kindOf(reader)}`);
      }
      return (reading() as (...args: unknown[]) => never)(reader, ...args);
    };
    this.with = (options) => {
      checkOptions("Func.with", options, checks);
      const optioned: PromisingFunction = (args) => promise(args, options);
      const calling = type().async ? (...args: unknown[]) => optioned(args) : call;
      return new Func(name, calling, optioned, reading, type);
    };
    this.#type = type;
  }

  get type(): FuncType {
    return this.#type();
  }
}

// ---- What is known of functions

const types: WeakMap<AnyFunction, { readonly plan: Plan; readonly type: FuncTypeIndex }> = new WeakMap();
const viewing: WeakSet<AnyFunction> = new WeakSet();

/** Remembers the type of a function that an instance exports. */
export function setFunctionType(func: AnyFunction, plan: Plan, type: FuncTypeIndex): void {
  types.set(func, { plan, type });
}

/** The type of a function that an instance exports; `undefined` for any other. */
export function functionType(func: AnyFunction): FuncType | undefined {
  const known = types.get(func);
  return known && typesOf(known.plan).func(known.plan.funcTypes[known.type]!);
}

/**
 * Marks a function that is to be imported by a component: it gets its lists of numbers as views on the guest's memory,
 * valid during the call, instead of copies.
 */
export function views<F extends AnyFunction>(func: F): F {
  viewing.add(func);
  return func;
}

export function wantsViews(func: AnyFunction): boolean {
  return viewing.has(func);
}

/** A function over an object as a method of it. */
export function methodOf(func: AnyFunction): AnyFunction {
  const f = func as (...args: unknown[]) => unknown;
  return function (this: unknown, ...args: unknown[]) {
    return f(this, ...args);
  };
}
