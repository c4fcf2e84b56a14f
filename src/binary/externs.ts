/**
 * Names with attributes, external types, imports and exports: "Import and Export Definitions" and `externtype` in
 * Binary.md.
 */
import type { Reader } from "../wasm/reader.ts";
import type {
  AttributeSyntax,
  ExportDefinition,
  ExternName,
  ExternTypeSyntax,
  ImportDefinition,
} from "./definitions.ts";
import * as max from "./limits.ts";
import { readOptional, readSortIndex, readValTypeRef } from "./references.ts";

/** `import ::= <nameattributes> <externtype>` */
export function readImport(r: Reader): ImportDefinition {
  const offset = r.pos;
  return { kind: "import", offset, name: readExternName(r), type: readExternType(r) };
}

/** `export ::= <nameattributes> <sortidx> <externtype>?` */
export function readExport(r: Reader): ExportDefinition {
  const offset = r.pos;
  const name = readExternName(r);
  const item = readSortIndex(r);
  return {
    kind: "export",
    offset,
    name,
    item,
    type: readOptional(r, "optional component export type", readExternType),
  };
}

/** `nameattributes ::= 0x00 <externname> | 0x01 <externname> | 0x02 <externname> vec(<attribute>)` */
export function readExternName(r: Reader): ExternName {
  const offset = r.pos;
  const byte = r.u8();
  if (byte > 0x02) r.failByte(byte, "component name");
  const name = r.name();
  const attributes = byte === 0x02 ? r.vec(max.nameAttributes, "name attributes", readAttribute) : [];
  return { offset, name, attributes };
}

const attributes = ["implements", "versionsuffix", "external-id"] as const;

function readAttribute(r: Reader): AttributeSyntax {
  const offset = r.pos;
  const byte = r.u8();
  return { offset, attribute: attributes[byte] ?? r.failByte(byte, "name option"), value: r.name() };
}

/** `externtype` */
export function readExternType(r: Reader): ExternTypeSyntax {
  const offset = r.pos;
  const byte = r.u8();
  switch (byte) {
    case 0x00: {
      const sort = r.u8();
      if (sort !== 0x11) r.failByte(sort, "component external kind");
      return { kind: "core-module", offset, type: r.u32() };
    }
    case 0x01:
      return { kind: "func", offset, type: r.u32() };
    case 0x02:
      return readValueBound(r, offset);
    case 0x03:
      return readTypeBound(r, offset);
    case 0x04:
      return { kind: "component", offset, type: r.u32() };
    case 0x05:
      return { kind: "instance", offset, type: r.u32() };
  }
  return r.failByte(byte, "component external kind");
}

/** `typebound ::= 0x00 <typeidx> | 0x01` */
function readTypeBound(r: Reader, offset: number): ExternTypeSyntax {
  const bound = r.u8();
  switch (bound) {
    case 0x00:
      return { kind: "type", offset, bound: "eq", type: r.u32() };
    case 0x01:
      return { kind: "type", offset, bound: "sub-resource" };
  }
  return r.failByte(bound, "type bound");
}

/** `valuebound ::= 0x00 <valueidx> | 0x01 <valtype>` 🪙 */
function readValueBound(r: Reader, offset: number): ExternTypeSyntax {
  const bound = r.u8();
  switch (bound) {
    case 0x00:
      return { kind: "value", offset, bound: "eq", value: r.u32() };
    case 0x01:
      return { kind: "value", offset, bound: "type", type: readValTypeRef(r) };
  }
  return r.failByte(bound, "value bound");
}
