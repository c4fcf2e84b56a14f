/**
 * Core and component instances, aliases, start functions and values: "Instance Definitions", "Alias Definitions",
 * "Start Definitions" and "Value Definitions" in Binary.md.
 */
import type { Reader } from "../wasm/reader.ts";
import type {
  AliasDefinition,
  CoreInlineExport,
  CoreInstanceDefinition,
  CoreInstantiateArg,
  InlineExport,
  InstanceDefinition,
  InstanceOf,
  InstantiateArg,
  Sort,
  StartDefinition,
  ValueDefinition,
} from "./definitions.ts";
import { readExternName } from "./externs.ts";
import * as max from "./limits.ts";
import { readCoreSort, readSort, readSortIndex, readValTypeRef } from "./references.ts";

/** `core:instance ::= 0x00 <moduleidx> vec(<core:instantiatearg>) | 0x01 vec(<core:inlineexport>)` */
export function readCoreInstance(r: Reader): CoreInstanceDefinition {
  return readInstanceOf(r, "core-instance", "core instance", readCoreInstantiateArg, readCoreInlineExport);
}

/** `instance ::= 0x00 <componentidx> vec(<instantiatearg>) | 0x01 vec(<inlineexport>)` */
export function readInstance(r: Reader): InstanceDefinition {
  return readInstanceOf(r, "instance", "instance", readInstantiateArg, readInlineExport);
}

function readInstanceOf<K, A, E>(
  r: Reader,
  kind: K,
  what: string,
  readArg: (r: Reader) => A,
  readExport: (r: Reader) => E,
): InstanceOf<K, A, E> {
  const offset = r.pos;
  const byte = r.u8();
  switch (byte) {
    case 0x00: {
      const target = r.u32();
      const args = r.vec(max.instantiationArgs, "instantiation arguments", readArg);
      return { kind, op: "instantiate", offset, target, args };
    }
    case 0x01:
      return {
        kind,
        op: "inline",
        offset,
        exports: r.vec(max.instantiationExports, "exports of an instance", readExport),
      };
  }
  return r.failByte(byte, what);
}

function readCoreInstantiateArg(r: Reader): CoreInstantiateArg {
  const offset = r.pos;
  const name = r.name();
  const sort = r.u8();
  if (sort !== 0x12) r.failByte(sort, "instantiation arg kind");
  return { offset, name, instance: r.u32() };
}

function readCoreInlineExport(r: Reader): CoreInlineExport {
  const offset = r.pos;
  const name = r.name();
  const itemOffset = r.pos;
  return { offset, name, item: { offset: itemOffset, sort: readCoreSort(r, "external kind"), index: r.u32() } };
}

function readInstantiateArg(r: Reader): InstantiateArg {
  const offset = r.pos;
  return { offset, name: r.name(), item: readSortIndex(r) };
}

function readInlineExport(r: Reader): InlineExport {
  const offset = r.pos;
  return { offset, name: readExternName(r), item: readSortIndex(r) };
}

/** `outeraliassort`: what an outer alias may name. */
const outerSorts: ReadonlySet<Sort> = new Set<Sort>(["core type", "core module", "type", "component"]);

/**
 * `alias ::= <sort> 0x00 <instanceidx> <name> | <sort> 0x01 <core:instanceidx> <core:name> | <sort> 0x02 <u32> <u32>`
 *
 * What sorts there are depends on the target, which stands behind the sort: the sort is read twice.
 */
export function readAlias(r: Reader): AliasDefinition {
  const offset = r.pos;
  if (r.u8() === 0x00) r.u8();
  const target = r.u8();
  if (target > 0x02) r.failByte(target, "alias");
  const afterTarget = r.pos;
  r.pos = offset;
  const sort = readSort(r, target === 0x02 ? "component outer alias kind" : "component external kind");
  if (target === 0x02 && !outerSorts.has(sort)) r.failByte(r.bytes[r.pos - 1]!, "component outer alias kind");
  r.pos = afterTarget;
  switch (target) {
    case 0x00:
      return { kind: "alias", offset, sort, target: { from: "export", instance: r.u32(), name: r.name() } };
    case 0x01:
      return { kind: "alias", offset, sort, target: { from: "core-export", instance: r.u32(), name: r.name() } };
    default:
      return { kind: "alias", offset, sort, target: { from: "outer", count: r.u32(), index: r.u32() } };
  }
}

/** `start ::= <funcidx> vec(<valueidx>) <u32>` 🪙 */
export function readStart(r: Reader): StartDefinition {
  const offset = r.pos;
  const func = r.u32();
  const args = r.vec(max.startArgs, "arguments of a start function", (reader) => reader.u32());
  return { kind: "start", offset, func, args, results: r.u32() };
}

/** `value ::= <valtype> <u32> <val>` 🪙 */
export function readValue(r: Reader): ValueDefinition {
  const offset = r.pos;
  const type = readValTypeRef(r);
  return { kind: "value", offset, type, range: r.range(r.u32()) };
}
