/**
 * A core module's imports and exports, with their types.
 *
 * Engines do not tell types, so they are read here; function bodies, data and elements are not: they stay the engine's
 * business, which compiles the module and thereby validates it.
 */
import { type CoreTypeInterner, checkExternType, unknownType } from "./interner.ts";
import { invalid } from "./invalid.ts";
import * as max from "./limits.ts";
import { Reader } from "./reader.ts";
import type {
  CoreExport,
  CoreExternType,
  CoreFuncType,
  CoreImport,
  CoreModuleType,
  DefinedType,
  FuncExtern,
} from "./types.ts";
import {
  type ResolveType,
  readExternType,
  readGlobalType,
  readMemoryType,
  readTableType,
  readTagType,
} from "./types-reader.ts";

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Sections by id, and the place of each in the order that modules keep: the tag section stands after the memories, the
 * data count before the code.
 */
const sectionOrder: ReadonlyMap<number, number> = new Map(
  [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11].map((id, place) => [id, place]),
);

const MAGIC = 0x6d736100;

/** What the first eight bytes say: `version` and `layer` as Binary.md splits them. */
export interface Preamble {
  readonly version: number;
  readonly layer: number;
}

/** `<magic> <version> <layer>`, of a module or a component. */
export function readPreamble(r: Reader): Preamble {
  const offset = r.pos;
  const u16 = () => r.u8() | (r.u8() << 8);
  if (r.done) r.fail("unexpected end-of-file: there are no bytes", offset);
  if ((u16() | (u16() << 16)) !== MAGIC) {
    const hint = mistakenFor(r.bytes.subarray(offset, r.end));
    r.fail(`magic header not detected: bad magic number${hint === undefined ? "" : `: this ${hint}`}`, offset);
  }
  return { version: u16(), layer: u16() };
}

/** What bytes that are no WebAssembly seem to be. */
function mistakenFor(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 200))
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (/^(?:\(|;;)/.test(head)) return "is WebAssembly text; assemble it first, for example with `wasm-tools parse`";
  if (head.startsWith("<")) return "is a page of HTML or XML";
  return head.startsWith("\x1f\x8b") ? "is compressed with gzip" : undefined;
}

/**
 * Reads the frame of the module at `range`: its preamble, and that its sections are known, in order and within bounds.
 * Each section's id and contents go to `visit`; custom sections only have their name read.
 */
export function readSections(bytes: Uint8Array, range: Range, visit?: (id: number, section: Reader) => void): void {
  const r: Reader = new Reader(bytes, range.start, range.end);
  const { version, layer } = readPreamble(r);
  if (layer !== 0) r.fail("expected a version header for a module", range.start + 4);
  if (version !== 1) r.fail(`unknown binary version: 0x${version.toString(16)}; 0x1 is known`, range.start + 4);
  let last = -1;
  while (!r.done) {
    const offset = r.pos;
    const id = r.u8();
    const section = r.sub(r.u32());
    if (id === 0) {
      section.name();
      continue;
    }
    const place = sectionOrder.get(id);
    if (place === undefined) r.fail(`malformed section id: ${id}`, offset);
    if (place <= last) r.fail("section out of order", offset);
    last = place;
    visit?.(id, section);
  }
}

const exportKinds: readonly CoreExternType["kind"][] = ["func", "table", "memory", "global", "tag"];

/** Whether a recursion group has no function types, or only one, which has no relations. */
function isPlain(group: readonly DefinedType[]): boolean {
  return group.every(
    ({ composite, final, shared, supertype }) =>
      composite.kind !== "func" || (group.length === 1 && final && !shared && supertype === undefined),
  );
}

/** Sections of which something is read here: what they hold, and how many of it there may be. */
const vectors: ReadonlyMap<number, readonly [what: string, limit: number]> = new Map([
  [1, ["types", max.types]],
  [2, ["imports", max.imports]],
  [3, ["functions", max.functions]],
  [4, ["tables", max.tables]],
  [5, ["memories", max.memories]],
  [13, ["tags", max.tags]],
  [6, ["globals", max.globals]],
  [7, ["exports", max.exports]],
]);

/** The type of the module at `range`. */
export function readModule(bytes: Uint8Array, range: Range, interner: CoreTypeInterner): CoreModuleType {
  const module = new ModuleReader(interner);
  readSections(bytes, range, (id, section) => module.section(id, section));
  return module.finish();
}

/** The index spaces. Of functions that the module defines, only the index of the type is there. */
type Spaces = Readonly<Record<CoreExternType["kind"], (CoreExternType | number)[]>>;

/** What is known of a module, section by section. */
class ModuleReader {
  readonly #interner: CoreTypeInterner;
  readonly #types: DefinedType[] = [];
  readonly #imports: CoreImport[] = [];
  readonly #exports: CoreExport[] = [];
  readonly #exportNames: Set<string> = new Set();
  readonly #spaces: Spaces = { func: [], table: [], memory: [], global: [], tag: [] };
  #plainTypes = true;
  readonly #get: ResolveType = (index, offset) => this.#types[index] ?? unknownType(index, offset);

  constructor(interner: CoreTypeInterner) {
    this.#interner = interner;
  }

  section(id: number, section: Reader): void {
    const vector = vectors.get(id);
    if (vector === undefined) return;
    const [what, limit] = vector;
    for (let count = section.count(limit, what); count > 0; count--) this.#item(id, section);
    section.finish(`the section of ${what}`);
  }

  #item(id: number, r: Reader): void {
    switch (id) {
      case 1:
        this.#typeGroup(r);
        break;
      case 2: {
        const [module, name] = [r.name(), r.name()];
        this.#imports.push({ module, name, type: this.#define(r, readExternType) });
        break;
      }
      case 3:
        this.#func(r);
        break;
      case 4: {
        // `table ::= <tabletype> | 0x40 0x00 <tabletype> <expr>`
        const initialized = r.eat(0x40);
        if (initialized && !r.eat(0x00)) r.failByte(r.u8(), "table");
        this.#define(r, readTableType);
        if (initialized) skipConstantExpression(r);
        break;
      }
      case 5:
        this.#define(r, readMemoryType);
        break;
      case 13:
        this.#define(r, readTagType);
        break;
      case 6:
        this.#define(r, readGlobalType);
        skipConstantExpression(r);
        break;
      case 7:
        this.#export(r);
        break;
    }
  }

  #typeGroup(r: Reader): void {
    const types = this.#types;
    const group = this.#interner.group(r, { size: types.length, get: this.#get });
    for (const type of group) types.push(type);
    this.#plainTypes &&= isPlain(group);
    if (types.length > max.types) r.failLimit(`there are ${types.length} types`, max.types);
  }

  #define(r: Reader, read: (r: Reader, resolve: ResolveType) => CoreExternType): CoreExternType {
    const offset = r.pos;
    const type = read(r, this.#get);
    checkExternType(type, offset);
    this.#spaces[type.kind].push(type);
    return type;
  }

  #func(r: Reader): void {
    const offset = r.pos;
    const index = r.u32();
    if (index >= this.#types.length) unknownType(index, offset);
    this.#spaces.func.push(index);
  }

  #export(r: Reader): void {
    const offset = r.pos;
    const name = r.name();
    if (this.#exportNames.has(name)) invalid(`export name \`${name}\` already defined`, offset);
    this.#exportNames.add(name);
    const byte = r.u8();
    const kind = exportKinds[byte] ?? r.failByte(byte, "external kind");
    const indexOffset = r.pos;
    const index = r.u32();
    const item =
      this.#spaces[kind][index] ?? invalid(`unknown ${kind} ${index}: ${kind} index out of bounds`, indexOffset);
    this.#exports.push({ name, type: this.#typeOf(item, indexOffset) });
  }

  #typeOf(item: CoreExternType | number, offset: number): CoreExternType {
    if (typeof item !== "number") return item;
    const type = this.#types[item]!;
    if (type.composite.kind !== "func") invalid(`type index ${item} is not a function type`, offset);
    return { kind: "func", type };
  }

  finish(): CoreModuleType {
    const [imports, exports, spaces] = [this.#imports, this.#exports, this.#spaces];
    const fills = fillsOf(imports, exports, spaces.func);
    const closed =
      imports.every(({ type }) => isData(type)) &&
      exports.every(({ type }) => isData(type) || (type.kind === "func" && takesData(type)));
    const traits = { throws: spaces.tag.length > 0, plainTypes: this.#plainTypes, closed, ...(fills && { fills }) };
    return { kind: "core-module", traits, imports, exports };
  }
}

/** Whether there are no functions in it. */
function isData(type: CoreExternType): boolean {
  return type.kind === "memory" || (type.kind === "global" && typeof type.type === "string");
}

/** Whether it is a function that is given no others. */
function takesData({ type }: FuncExtern): boolean {
  return (type.composite as CoreFuncType).params.every((param) => typeof param === "string");
}

/** Toolchains fill one table, or two. */
const MAX_FILLED = 4;

/** See `ModuleTraits`. */
function fillsOf(
  imports: readonly CoreImport[],
  exports: readonly CoreExport[],
  funcs: readonly unknown[],
): number[] | undefined {
  if (exports.length > 0) return undefined;
  if (funcs.filter((item) => typeof item === "number").length > 1) return undefined;
  const tables = imports.flatMap(({ type }, i) => (type.kind === "table" ? [i] : []));
  return tables.length > 0 && tables.length <= MAX_FILLED ? tables : undefined;
}

/** What stands behind the instructions of constant expressions: so many LEB128 integers, or, if negative, so many bytes. */
const immediates: ReadonlyMap<number, number> = new Map([
  [0x23, 1], [0xd2, 1], [0xd0, 1], // global.get, ref.func, ref.null
  [0x41, 1], [0x42, 1], [0x43, -4], [0x44, -8], [0xfd0c, -16], // constants
  [0x6a, 0], [0x6b, 0], [0x6c, 0], [0x7c, 0], [0x7d, 0], [0x7e, 0], // i32.add, sub, mul, i64.add, sub, mul
  [0xfb00, 1], [0xfb01, 1], // struct.new, struct.new_default
  [0xfb06, 1], [0xfb07, 1], [0xfb08, 2], // array.new, array.new_default, array.new_fixed
  [0xfb1a, 0], [0xfb1b, 0], [0xfb1c, 0], // any.convert_extern, extern.convert_any, ref.i31
]); // biome-ignore format: a table

const END = 0x0b;

/**
 * Skips `expr` where only constant expressions may stand. What an instruction's immediates are is all that counts; the
 * engine checks the rest.
 */
function skipConstantExpression(r: Reader): void {
  for (let opcode = r.u8(); opcode !== END; opcode = r.u8()) {
    if (opcode === 0xfb || opcode === 0xfd) opcode = opcode * 0x100 + r.u32();
    const found = immediates.get(opcode);
    if (found === undefined) r.fail("constant expression required: non-constant operator", r.pos - 1);
    if (found < 0) r.skip(-found);
    for (let i = 0; i < found; i++) skipInteger(r, opcode === 0x42 ? 10 : 5);
  }
}

/** Skips a LEB128 integer of at most `size` bytes. */
function skipInteger(r: Reader, size: number): void {
  for (let count = 1; r.u8() >= 0x80; count++) {
    if (count === size) r.fail("integer representation too long", r.pos - 1);
  }
}
