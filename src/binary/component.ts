/**
 * Bytes of a component → its syntax tree: "Component Definitions" in Binary.md.
 *
 * Components nest as deep as their author likes, so the components being read stand on a stack of our own. Nothing is
 * looked up and nothing is copied: what indices mean is `validate/`'s business, and core modules and value literals stay
 * ranges of the bytes.
 */
import { readPreamble, readSections } from "../wasm/module.ts";
import { Reader } from "../wasm/reader.ts";
import { readCanon } from "./canon.ts";
import type { ByteRange, ComponentSyntax, CustomSection, Definition } from "./definitions.ts";
import { readExport, readImport } from "./externs.ts";
import { readAlias, readCoreInstance, readInstance, readStart, readValue } from "./instances.ts";
import * as max from "./limits.ts";
import { readCoreTypeDefinition, readTypeDefinition } from "./types.ts";

/** The `version` field of today's binary format; it becomes 1 with the final standard. */
const VERSION = 0x0d;
const COMPONENT_LAYER = 1;

/** Sections that are a `vec` of one kind of definition. */
const vectors: ReadonlyMap<number, { readonly what: string; readonly read: (r: Reader) => Definition }> = new Map([
  [2, { what: "core instances", read: readCoreInstance }],
  [3, { what: "core types", read: (r: Reader) => readCoreTypeDefinition(r) }],
  [5, { what: "instances", read: readInstance }],
  [6, { what: "aliases", read: readAlias }],
  [7, { what: "types", read: (r: Reader) => readTypeDefinition(r) }],
  [8, { what: "canonical functions", read: readCanon }],
  [10, { what: "imports", read: readImport }],
  [11, { what: "exports", read: readExport }],
  [12, { what: "values", read: readValue }],
]);

/** A component whose sections are being read. */
interface Open {
  readonly r: Reader;
  readonly syntax: ComponentSyntax & { readonly definitions: Definition[]; readonly customs: CustomSection[] };
}

/**
 * Decodes a component.
 *
 * Throws a `ComponentError` of phase `decode` and code `malformed` if the bytes are not one, and of phase `unsupported`
 * and code `limit` if they exceed a limit of this implementation.
 */
export function decodeComponent(bytes: Uint8Array): ComponentSyntax {
  const root = open(bytes, { start: 0, end: bytes.length });
  const stack = [root];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.r.done) stack.pop();
    else readSection(top, stack);
  }
  return root.syntax;
}

function open(bytes: Uint8Array, { start, end }: ByteRange): Open {
  const r: Reader = new Reader(bytes, start, end);
  const { version, layer } = readPreamble(r);
  if (layer === 0 && version === 1) {
    const hint = "this is a core module; a component can be made of it, for example with `wasm-tools component new`";
    r.fail(`expected a version header for a component: ${hint}`, start + 4);
  }
  if (layer !== COMPONENT_LAYER) r.fail("expected a version header for a component", start + 4);
  if (version !== VERSION)
    r.fail(`unknown binary version: 0x${version.toString(16)}; 0x${VERSION.toString(16)} is known`, start + 4);
  return { r, syntax: { start, end, definitions: [], customs: [] } };
}

function readSection({ r, syntax }: Open, stack: Open[]): void {
  const { definitions } = syntax;
  const offset = r.pos;
  const id = r.u8();
  if (id > 12) r.fail(`malformed section id: ${id}`, offset);
  const section = r.sub(r.u32());
  const range: ByteRange = { start: section.pos, end: section.end };
  const vector = vectors.get(id);
  if (vector !== undefined) {
    for (let count = section.count(max.definitions, vector.what); count > 0; count--) {
      definitions.push(vector.read(section));
    }
    section.finish(`the section of ${vector.what}`);
    return;
  }
  switch (id) {
    case 0:
      syntax.customs.push({ name: section.name(), start: section.pos, end: section.end });
      break;
    case 1:
      readSections(r.bytes, range);
      definitions.push({ kind: "core-module", offset, range });
      break;
    case 4: {
      if (stack.length >= max.componentDepth) {
        r.failLimit(`components are nested ${stack.length + 1} levels deep`, max.componentDepth, offset);
      }
      const inner = open(r.bytes, range);
      definitions.push({ kind: "component", offset, component: inner.syntax });
      stack.push(inner);
      break;
    }
    case 9:
      definitions.push(readStart(section));
      section.finish("the start section");
      break;
  }
}
