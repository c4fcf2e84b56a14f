/**
 * The canon section: "Canonical Definitions" in Binary.md. `lift` and `lower` are read here, all other canonical
 * definitions as their rows in `abi/builtins.ts` say.
 */
import { builtin, builtinByOpcode, type Immediate } from "../abi/builtins.ts";
import type { Reader } from "../wasm/reader.ts";
import type { CanonDefinition, CanonOptionSyntax, ImmediatesSyntax } from "./definitions.ts";
import * as max from "./limits.ts";
import { byOpcode } from "./references.ts";
import { readCoreValTypeKind, readResultList } from "./types.ts";

/** `canon` */
export function readCanon(r: Reader): CanonDefinition {
  const offset = r.pos;
  const opcode = r.u8();
  if (opcode <= 0x01) {
    const op = opcode === 0x00 ? "lift" : "lower";
    const sort = r.u8();
    if (sort !== 0x00) r.failByte(sort, `canonical function ${op}`);
    const what = { kind: "canon", offset, func: r.u32(), options: readOptions(r) } as const;
    return op === "lift" ? { ...what, op, type: r.u32() } : { ...what, op };
  }
  const name = builtinByOpcode.get(opcode) ?? r.failByte(opcode, "canonical function");
  const immediates: Record<string, unknown> = {};
  for (const immediate of builtin(name).immediates) immediates[immediate] = readers[immediate](r);
  return { kind: "canon", op: "builtin", offset, builtin: name, immediates };
}

const u32 = (r: Reader): number => r.u32();
const flag = (r: Reader): boolean => r.flag();

const readers: { readonly [I in Immediate]: (r: Reader) => ImmediatesSyntax[I] } = {
  resource: u32,
  stream: u32,
  future: u32,
  "core-func-type": u32,
  table: u32,
  memory: u32,
  "core-type": readCoreValTypeKind,
  slot: u32,
  async: flag,
  cancellable: flag,
  shared: flag,
  result: (r) => ({ type: readResultList(r) }),
  options: readOptions,
};

function readOptions(r: Reader): CanonOptionSyntax[] {
  return r.vec(max.canonicalOptions, "canonical options", readOption);
}

const optionNames = byOpcode<CanonOptionSyntax["option"]>({
  utf8: 0x00,
  utf16: 0x01,
  "latin1+utf16": 0x02,
  memory: 0x03,
  realloc: 0x04,
  "post-return": 0x05,
  async: 0x06,
  callback: 0x07,
});

/** `canonopt` */
function readOption(r: Reader): CanonOptionSyntax {
  const offset = r.pos;
  const byte = r.u8();
  const option = optionNames.get(byte) ?? r.failByte(byte, "canonical option");
  switch (option) {
    case "utf8":
    case "utf16":
    case "latin1+utf16":
    case "async":
      return { offset, option };
    case "memory":
    case "realloc":
    case "post-return":
    case "callback":
      return { offset, option, index: r.u32() };
  }
}
