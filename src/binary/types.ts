/**
 * The type sections: "Type Definitions" in Binary.md, core and component level.
 *
 * Component, instance and module types nest in one another. They are read by functions that call each other, down to
 * `max.typeDepth` levels.
 */
import type { Reader } from "../wasm/reader.ts";
import {
  anyType,
  readExternType as readCoreExternType,
  readValType as readCoreValType,
  readGroupSize,
  readSubType,
} from "../wasm/types-reader.ts";
import type {
  ByteRange,
  CaseSyntax,
  CoreRecTypeSyntax,
  CoreTypeDefinition,
  CoreTypeSyntax,
  FuncTypeSyntax,
  LabelledType,
  LabelSyntax,
  ModuleDeclaration,
  ResourceTypeSyntax,
  TypeDeclaration,
  TypeDefinition,
  TypeSyntax,
  ValTypeRef,
} from "./definitions.ts";
import { readExternName, readExternType } from "./externs.ts";
import { readAlias } from "./instances.ts";
import * as max from "./limits.ts";
import { primitives, readCoreSort, readOptional, readValTypeRef } from "./references.ts";

// ---- Section 3

/** `core:type` as a definition; `depth` counts the types around it. */
export function readCoreTypeDefinition(r: Reader, depth = 0): CoreTypeDefinition {
  const offset = r.pos;
  return { kind: "core-type", offset, type: readCoreType(r, depth) };
}

/**
 * `core:deftype ::= <core:rectype> | 0x00 0x50 vec(<core:typeidx>) <core:comptype> | <core:moduletype>`
 *
 * In this place alone 0x50 begins a module type, and a subtype that is not final has 0x00 before it.
 */
function readCoreType(r: Reader, depth: number): CoreTypeSyntax {
  const offset = r.pos;
  if (!r.eat(0x50)) return readCoreRecType(r);
  checkDepth(r, depth, offset);
  const read = () => readModuleDeclaration(r);
  const declarations = r.vec(max.moduleTypeDeclarations, "declarations of a module type", read);
  return { kind: "module", offset, declarations };
}

/** `core:rectype`, where 0x00 may stand before a subtype that is not final. */
function readCoreRecType(r: Reader): CoreRecTypeSyntax {
  const offset = r.pos;
  if (r.eat(0x00) && r.peek() !== 0x50) r.failByte(r.u8(), "non-final sub type");
  const start = r.pos;
  const count = readGroupSize(r);
  for (let i = 0; i < count; i++) readSubType(r, anyType);
  return { kind: "rec", offset, range: { start, end: r.pos }, count };
}

/**
 * `core:moduledecl ::= 0x00 <core:import> | 0x01 <core:type> | 0x02 <core:alias> | 0x03 <core:exportdecl>`
 *
 * A module type is no type of a module, so 0x50 begins a subtype here, whether or not 0x00 stands before it.
 */
function readModuleDeclaration(r: Reader): ModuleDeclaration {
  const offset = r.pos;
  const byte = r.u8();
  switch (byte) {
    case 0x00:
      return { kind: "import", offset, module: r.name(), name: r.name(), type: readCoreExternRange(r) };
    case 0x01:
      return { kind: "type", offset, type: readCoreRecType(r) };
    case 0x02:
      return readCoreAlias(r, offset);
    case 0x03:
      return { kind: "export", offset, name: r.name(), type: readCoreExternRange(r) };
  }
  return r.failByte(byte, "type definition");
}

/** `core:alias ::= 0x10 0x01 <u32> <u32>` */
function readCoreAlias(r: Reader, offset: number): ModuleDeclaration {
  const sort = readCoreSort(r, "outer alias kind");
  if (sort !== "type") r.failByte(r.bytes[r.pos - 1]!, "outer alias kind");
  const target = r.u8();
  if (target !== 0x01) r.failByte(target, "outer alias target");
  return { kind: "alias", offset, sort, count: r.u32(), index: r.u32() };
}

function readCoreExternRange(r: Reader): ByteRange {
  const start = r.pos;
  readCoreExternType(r, anyType);
  return { start, end: r.pos };
}

// ---- Section 7

/** `type` as a definition; `depth` counts the types around it. */
export function readTypeDefinition(r: Reader, depth = 0): TypeDefinition {
  const offset = r.pos;
  return { kind: "type", offset, type: readType(r, depth) };
}

/** `deftype` */
function readType(r: Reader, depth: number): TypeSyntax {
  const offset = r.pos;
  const byte = r.u8();
  const primitive = primitives.get(byte);
  if (primitive !== undefined) return { kind: "primitive", offset, type: primitive };
  switch (byte) {
    case 0x72:
      return { kind: "record", offset, fields: r.vec(max.recordFields, "record fields", readLabelledType) };
    case 0x71:
      return { kind: "variant", offset, cases: r.vec(max.variantCases, "variant cases", readCase) };
    case 0x70:
      return { kind: "list", offset, element: readValTypeRef(r), length: undefined };
    case 0x67:
      return { kind: "list", offset, element: readValTypeRef(r), length: r.u32() };
    case 0x6f:
      return { kind: "tuple", offset, types: r.vec(max.tupleTypes, "tuple types", readValTypeRef) };
    case 0x6e:
      return { kind: "flags", offset, labels: r.vec(max.flagLabels, "flags", readLabel) };
    case 0x6d:
      return { kind: "enum", offset, labels: r.vec(max.enumCases, "enum cases", readLabel) };
    case 0x6b:
      return { kind: "option", offset, type: readValTypeRef(r) };
    case 0x6a:
      return { kind: "result", offset, ok: readOptionalValType(r), error: readOptionalValType(r) };
    case 0x69:
      return { kind: "own", offset, resource: r.u32() };
    case 0x68:
      return { kind: "borrow", offset, resource: r.u32() };
    case 0x66:
      return { kind: "stream", offset, payload: readOptionalValType(r) };
    case 0x65:
      return { kind: "future", offset, payload: readOptionalValType(r) };
    case 0x63:
      return { kind: "map", offset, key: readValTypeRef(r), value: readValTypeRef(r) };
    case 0x40:
    case 0x43:
      return readFuncType(r, offset, byte === 0x43);
    case 0x41:
      return { kind: "component", offset, declarations: readDeclarations(r, depth, offset, true) };
    case 0x42:
      return { kind: "instance", offset, declarations: readDeclarations(r, depth, offset, false) };
    case 0x3f:
      return readResourceType(r, offset);
  }
  return r.failByte(byte, "component defined type");
}

function readOptionalValType(r: Reader): ValTypeRef | undefined {
  return readOptional(r, "optional component value type", readValTypeRef);
}

/** `labelvaltype ::= <labellit> <valtype>` */
function readLabelledType(r: Reader): LabelledType {
  const offset = r.pos;
  return { offset, label: r.name(), type: readValTypeRef(r) };
}

/** `labellit` */
function readLabel(r: Reader): LabelSyntax {
  const offset = r.pos;
  return { offset, label: r.name() };
}

/** `case ::= <labellit> <valtype>? 0x00` */
function readCase(r: Reader): CaseSyntax {
  const offset = r.pos;
  const label = r.name();
  const type = readOptionalValType(r);
  const zero = r.u8();
  if (zero !== 0x00) r.failByte(zero, "zero byte required");
  return { offset, label, type };
}

/** `functype ::= 0x40 <paramlist> <resultlist> | 0x43 <paramlist> <resultlist>` */
function readFuncType(r: Reader, offset: number, async: boolean): FuncTypeSyntax {
  const params = r.vec(max.params, "parameters", readLabelledType);
  return { kind: "func", offset, async, params, result: readResultList(r) };
}

/** `resultlist ::= 0x00 <valtype> | 0x01 0x00` */
export function readResultList(r: Reader): ValTypeRef | undefined {
  const byte = r.u8();
  switch (byte) {
    case 0x00:
      return readValTypeRef(r);
    case 0x01: {
      const count = r.u8();
      return count === 0x00 ? undefined : r.failByte(count, "number of results");
    }
  }
  return r.failByte(byte, "component function results");
}

/** `resourcetype ::= 0x3f <core:valtype> <core:funcidx>?` */
function readResourceType(r: Reader, offset: number): ResourceTypeSyntax {
  const rep = readCoreValTypeKind(r);
  const destructor = readOptional(r, "resource destructor", (reader) => reader.u32());
  return { kind: "resource", offset, rep, destructor };
}

/** `core:valtype`, where only numbers can be valid. */
export function readCoreValTypeKind(r: Reader): ResourceTypeSyntax["rep"] {
  const type = readCoreValType(r, anyType);
  return typeof type === "string" ? type : "ref";
}

// ---- Component and instance types

function readDeclarations(r: Reader, depth: number, offset: number, imports: boolean): readonly TypeDeclaration[] {
  checkDepth(r, depth, offset);
  const read = () => readDeclaration(r, depth + 1, imports);
  return r.vec(max.typeDeclarations, "declarations of a type", read);
}

/**
 * `componentdecl ::= 0x03 <importdecl> | <instancedecl>`
 *
 * `instancedecl ::= 0x00 <core:type> | 0x01 <type> | 0x02 <alias> | 0x04 <exportdecl>`
 */
function readDeclaration(r: Reader, depth: number, imports: boolean): TypeDeclaration {
  const offset = r.pos;
  const byte = r.u8();
  switch (byte) {
    case 0x00:
      return readCoreTypeDefinition(r, depth);
    case 0x01:
      return readTypeDefinition(r, depth);
    case 0x02:
      return readAlias(r);
    case 0x03:
      if (!imports) break;
      return { kind: "import-decl", offset, name: readExternName(r), type: readExternType(r) };
    case 0x04:
      return { kind: "export-decl", offset, name: readExternName(r), type: readExternType(r) };
  }
  return r.failByte(byte, "component or instance type declaration");
}

function checkDepth(r: Reader, depth: number, offset: number): void {
  if (depth >= max.typeDepth) r.failLimit(`nesting of types is too deep: ${depth + 1} levels`, max.typeDepth, offset);
}
