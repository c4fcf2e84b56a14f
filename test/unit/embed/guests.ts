/** Components from text, for tests of the embedding interface. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import type { CompileOptions } from "../../../src/embed/compile-options.ts";
import { Component } from "../../../src/embed/component.ts";
import type { Instance } from "../../../src/embed/instance.ts";
import { Linker } from "../../../src/embed/linker.ts";
import type { InstantiateOptions } from "../../../src/embed/store.ts";

export async function assembled(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await parse(text));
}

export async function component(text: string, options?: CompileOptions): Promise<Component> {
  return Component.compile(await assembled(text), options);
}

export async function instantiate(
  text: string,
  definitions: Readonly<Record<string, object>> = {},
  options?: InstantiateOptions,
): Promise<Instance> {
  let linker: Linker = new Linker();
  for (const [name, items] of Object.entries(definitions)) linker = linker.define(name, items);
  return linker.instantiate(await component(text), options);
}

interface MemoryOptions {
  readonly pages?: number;
  /** Where free memory begins. */
  readonly free?: number;
  /** What `$realloc` does first. */
  readonly first?: string;
}

/** The beginning of a component: `$memory`, and `$realloc`, which never takes anything back. */
export const memoryText = ({ pages = 1, free = 1024, first = "" }: MemoryOptions = {}): string => `
  (core module $Memory
    (memory (export "memory") ${pages}) (global $next (mut i32) (i32.const ${free}))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $ptr i32)
      ${first}
      (local.set $ptr (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $ptr) (local.get 3)))
      (local.get $ptr)))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $memory))
  (alias core export $memory "realloc" (core func $realloc))`;

setFlagsFromString("--expose-gc");
const { Bun } = globalThis as { readonly Bun?: { gc(now: boolean): void } };
const gc = Bun === undefined ? (runInNewContext("gc") as () => void) : () => Bun.gc(true);

/** Collects garbage, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  gc();
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A component that defines a resource `counter` with a constructor, methods, a static function and a destructor which
 * counts, and functions that take and give counters.
 */
export const counters = `(component
  (core module $Dtor
    (global $dropped (export "dropped") (mut i32) (i32.const 0))
    (global $last (export "last") (mut i32) (i32.const 0))
    (func (export "dtor") (param i32)
      (global.set $last (local.get 0))
      (global.set $dropped (i32.add (global.get $dropped) (i32.const 1)))))
  (core instance $dtor (instantiate $Dtor))
  (type $C' (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (export $C "counter" (type $C'))
  (core func $new (canon resource.new $C'))
  (core func $rep (canon resource.rep $C'))
  (core func $drop (canon resource.drop $C'))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "dtor" "dropped" (global $dropped (mut i32)))
    (import "dtor" "last" (global $last (mut i32)))
    (func (export "constructor") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "get") (param i32) (result i32) (local.get 0))
    (func (export "plus") (param i32 i32) (result i32) (call $new (i32.add (local.get 0) (local.get 1))))
    (func (export "sum") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "take") (param i32) (result i32) (local $rep i32)
      (local.set $rep (call $rep (local.get 0)))
      (call $drop (local.get 0))
      (local.get $rep))
    (func (export "take-two") (param i32 i32) (result i32) (local.get 0))
    (func (export "dropped") (result i32) (global.get $dropped))
    (func (export "last") (result i32) (global.get $last))
    (func (export "fail") unreachable))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))
    (with "dtor" (instance $dtor))))
  (func (export "[constructor]counter") (param "start" u32) (result (own $C)) (canon lift (core func $m "constructor")))
  (func (export "[method]counter.get") (param "self" (borrow $C)) (result u32) (canon lift (core func $m "get")))
  (func (export "[method]counter.plus-more") (param "self" (borrow $C)) (param "more" u32) (result (own $C))
    (canon lift (core func $m "plus")))
  (func (export "[static]counter.sum-of") (param "a" (borrow $C)) (param "b" (borrow $C)) (result u32)
    (canon lift (core func $m "sum")))
  (func (export "take") (param "c" (own $C)) (result u32) (canon lift (core func $m "take")))
  (func (export "take-two") (param "c" (own $C)) (param "n" u8) (result u32) (canon lift (core func $m "take-two")))
  (func (export "dropped") (result u32) (canon lift (core func $m "dropped")))
  (func (export "last") (result u32) (canon lift (core func $m "last")))
  (func (export "fail") (canon lift (core func $m "fail"))))`;

/** What `counters` exports, for TypeScript. */
export interface Counters {
  readonly Counter: CounterClass;
  take(counter: Counter): number;
  /** Keeps the counter, and tells the number of its handle. */
  takeTwo(counter: Counter, n: number): number;
  dropped(): number;
  last(): number;
  fail(): void;
}
export interface Counter extends Disposable {
  get(): number;
  plusMore(more: number): Counter;
}
export interface CounterClass {
  new (start: number): Counter;
  sumOf(a: Counter, b: Counter): number;
}
