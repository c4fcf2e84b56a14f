/**
 * Components with bytes changed: what gantry accepts, it must be able to plan, to generate code for and to instantiate.
 *
 * Every failure is a `ComponentError`; once validation has passed, it is one of linking, of a trap or of something that
 * gantry says it does not support. A changed byte in core code can make a guest loop for ever, so nothing but start
 * functions is called, and those only of modules that are as they were.
 */

import { decodeComponent } from "../../src/binary/component.ts";
import type { ByteRange, ComponentSyntax } from "../../src/binary/definitions.ts";
import { generate } from "../../src/codegen/generate.ts";
import { printModule } from "../../src/codegen/print.ts";
import { compiledOf, prepareOf } from "../../src/embed/component.ts";
import { givenFor } from "../../src/embed/resolve.ts";
import { Component, ComponentError, Linker, resource } from "../../src/index.ts";
import type { Random } from "../random.ts";
import type { Sample } from "./corpus.ts";

export interface MutationFailure {
  readonly name: string;
  readonly description: string;
  readonly bytes: Uint8Array;
}

export type Verdict = "refused" | "accepted";

/** Bytes of `sample` with something changed. */
export function mutate(random: Random, sample: Sample, others: readonly Sample[]): Uint8Array<ArrayBuffer> {
  let changed = new Uint8Array(sample.bytes);
  for (let n = random.pick([1, 1, 1, 2, 3]); n > 0; n--) {
    const at = position(random, sample, changed.length);
    const length = random.between(1, random.pick([1, 4, 32]));
    switch (random.below(8)) {
      case 0:
        changed[at] = random.below(256);
        break;
      case 1:
        changed[at]! ^= 1 << random.below(8);
        break;
      // Indices and counts are small numbers: their neighbours are the likeliest to be valid.
      case 2:
        changed[at] = changed[at]! + random.pick([1, -1, 2, -2]);
        break;
      case 3:
        changed[at] = random.pick([0x00, 0x01, 0x02, 0x40, 0x7f, 0x80, 0xff]);
        break;
      case 4: {
        // Another place of the same binary, or of another one.
        const from = random.once(2) ? changed : random.pick(others).bytes;
        const start = random.below(from.length);
        changed.set(from.slice(start, start + Math.min(length, changed.length - at)), at);
        break;
      }
      case 5:
        changed = spliced(changed, at, length, new Uint8Array());
        break;
      case 6: {
        const start = random.below(changed.length);
        changed = spliced(changed, at, 0, changed.slice(start, start + length));
        break;
      }
      case 7:
        changed = swappedSections(random, changed);
    }
  }
  return changed;
}

/** A place to change: seldom one inside of a core module, most of which the engine judges. */
function position(random: Random, sample: Sample, length: number): number {
  for (;;) {
    const at = random.below(length);
    if (random.once(8) || !coreRanges(sample.bytes).some(({ start, end }) => at >= start && at < end)) return at;
  }
}

function spliced(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length - Math.min(removed, bytes.length - at) + added.length);
  result.set(bytes.subarray(0, at));
  result.set(added, at);
  result.set(bytes.subarray(Math.min(at + removed, bytes.length)), at + added.length);
  return result;
}

/** Removes, repeats or moves a section of the outermost component. */
function swappedSections(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; ) {
    const start = at++;
    let size = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++]!;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += size >>> 0;
    sections.push(bytes.subarray(start, at));
  }
  if (sections.length > 0) {
    const [section] = sections.splice(random.below(sections.length), 1);
    for (let n = random.pick([0, 1, 1, 2]); n > 0; n--) sections.splice(random.below(sections.length + 1), 0, section!);
  }
  const head = bytes.subarray(0, 8);
  const result = new Uint8Array([head, ...sections].reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of [head, ...sections]) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Tries a component that may be broken. Throws what it should not have met. */
export function attempt(bytes: Uint8Array<ArrayBuffer>, original: Sample, tier: "jit" | "evaluate"): Verdict {
  let component: Component;
  try {
    component = Component.compileSync(bytes, { features: "all", tier });
  } catch (error) {
    if (error instanceof ComponentError && ["decode", "validate", "unsupported"].includes(error.phase))
      return "refused";
    throw error;
  }
  try {
    void component.imports;
    void component.exports;
    const definitions = anything(component);
    writeCode(component, definitions);
    if (sameCode(bytes, original.bytes)) visit(new Linker(definitions).instantiateSync(component).exports);
  } catch (error) {
    if (!(error instanceof ComponentError) || !["link", "trap", "unsupported"].includes(error.phase)) throw error;
  }
  return "accepted";
}

/** Writes the code of all functions, which instantiation leaves until they are needed; engines check it as they read it. */
function writeCode(component: Component, definitions: ReadonlyMap<string, object>): void {
  const { planned } = prepareOf(component, givenFor(compiledOf(component).closure, definitions));
  const module = generate(planned.plan, true);
  new Function("library", printModule(module, true));
}

/** Each export is made when it is first asked for. */
function visit(exports: object, depth = 0): void {
  for (const key of Object.keys(exports)) {
    const item = (exports as Record<string, unknown>)[key];
    if (typeof item === "object" && item !== null && depth < 5 && !(item instanceof WebAssembly.Module)) {
      visit(item, depth + 1);
    }
  }
}

/** Something for each import. */
function anything(component: Component): ReadonlyMap<string, object> {
  const definitions = new Map<string, object>();
  for (const item of component.imports) {
    const value = something(item);
    if (value !== undefined) definitions.set(item.name, value);
  }
  return definitions;
}

type Item = Component["imports"][number];

function something(item: Item): object | undefined {
  switch (item.kind) {
    case "func":
      return () => undefined;
    case "resource":
      return resource(class {});
    case "instance":
      return Object.fromEntries(
        item.exports.flatMap((member) => {
          const value = something(member);
          return value === undefined ? [] : [[member.name, value]];
        }),
      );
    default:
      return undefined;
  }
}

/** Whether all core modules of `bytes` are among those of `original`. */
function sameCode(bytes: Uint8Array, original: Uint8Array): boolean {
  const text = (of: Uint8Array, { start, end }: ByteRange) => Buffer.from(of.subarray(start, end)).toString("latin1");
  const known = new Set(coreRanges(original).map((range) => text(original, range)));
  return coreRanges(bytes).every((range) => known.has(text(bytes, range)));
}

const rangesOf: WeakMap<Uint8Array, readonly ByteRange[]> = new WeakMap();

/** Where the core modules of a component are. */
function coreRanges(bytes: Uint8Array): readonly ByteRange[] {
  let ranges = rangesOf.get(bytes);
  if (ranges === undefined) {
    const found: ByteRange[] = [];
    const pending: ComponentSyntax[] = [decodeComponent(bytes)];
    for (let component = pending.pop(); component !== undefined; component = pending.pop()) {
      for (const definition of component.definitions) {
        if (definition.kind === "component") pending.push(definition.component);
        if (definition.kind === "core-module") found.push(definition.range);
      }
    }
    ranges = found;
    rangesOf.set(bytes, ranges);
  }
  return ranges;
}

/** One mutation of one sample. */
export function runMutation(
  random: Random,
  sample: Sample,
  others: readonly Sample[],
): { readonly verdict: Verdict | undefined; readonly failure: MutationFailure | undefined } {
  const bytes = mutate(random, sample, others);
  try {
    return { verdict: attempt(bytes, sample, random.once(4) ? "evaluate" : "jit"), failure: undefined };
  } catch (error) {
    const description = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: undefined, failure: { name: sample.name, description, bytes } };
  }
}
