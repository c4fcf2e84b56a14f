/**
 * The canon section: "Canonical Definitions" in Binary.md. `lift` and `lower` are read here, all other canonical
 * definitions as their rows in `abi/builtins.ts` say.
 */
import { builtin, builtinByOpcode, type Immediate } from "../abi/builtins.ts";
import { componentLimits } from "../wasm/limits.ts";
import type { Reader } from "../wasm/reader.ts";
import type { CanonDefinition, CanonOptionSyntax, ImmediatesSyntax } from "./definitions.ts";
import { readCoreValTypeKind, readResultList } from "./types.ts";

/** `canon` */
export function readCanon(r: Reader): CanonDefinition {
  const offset = r.pos;
  const opcode = r.u8();
  switch (opcode) {
    case 0x00: {
      const sort = r.u8();
      if (sort !== 0x00) r.failByte(sort, "canonical function lift");
      return { kind: "canon", op: "lift", offset, func: r.u32(), options: readOptions(r), type: r.u32() };
    }
    case 0x01: {
      const sort = r.u8();
      if (sort !== 0x00) r.failByte(sort, "canonical function lower");
      return { kind: "canon", op: "lower", offset, func: r.u32(), options: readOptions(r) };
    }
  }
  const name = builtinByOpcode.get(opcode) ?? r.failByte(opcode, "canonical function");
  const immediates: Mutable<ImmediatesSyntax> = {};
  for (const immediate of builtin(name).immediates) readImmediate(r, immediate, immediates);
  return { kind: "canon", op: "builtin", offset, builtin: name, immediates };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readImmediate(r: Reader, immediate: Immediate, into: Mutable<ImmediatesSyntax>): void {
  switch (immediate) {
    case "resource":
    case "stream":
    case "future":
      into.type = r.u32();
      break;
    case "core-func-type":
      into.coreFuncType = r.u32();
      break;
    case "table":
      into.table = r.u32();
      break;
    case "memory":
      into.memory = r.u32();
      break;
    case "core-type":
      into.coreType = readCoreValTypeKind(r);
      break;
    case "slot":
      into.slot = r.u32();
      break;
    case "async":
      into.async = r.flag();
      break;
    case "cancellable":
      into.cancellable = r.flag();
      break;
    case "shared":
      into.shared = r.flag();
      break;
    case "result":
      into.result = { type: readResultList(r) };
      break;
    case "options":
      into.options = readOptions(r);
      break;
  }
}

function readOptions(r: Reader): CanonOptionSyntax[] {
  return r.vec(componentLimits.canonicalOptions, "canonical options", readOption);
}

/** `canonopt` */
function readOption(r: Reader): CanonOptionSyntax {
  const offset = r.pos;
  const byte = r.u8();
  switch (byte) {
    case 0x00:
      return { offset, option: "utf8" };
    case 0x01:
      return { offset, option: "utf16" };
    case 0x02:
      return { offset, option: "latin1+utf16" };
    case 0x03:
      return { offset, option: "memory", index: r.u32() };
    case 0x04:
      return { offset, option: "realloc", index: r.u32() };
    case 0x05:
      return { offset, option: "post-return", index: r.u32() };
    case 0x06:
      return { offset, option: "async" };
    case 0x07:
      return { offset, option: "callback", index: r.u32() };
  }
  return r.failByte(byte, "canonical option");
}
