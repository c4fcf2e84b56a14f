/**
 * A core module's imports and exports, with their types.
 *
 * Engines do not tell types, so they are read here; function bodies, data and elements are not: they stay the engine's
 * business, which compiles the module and thereby validates it.
 */
import { ComponentError } from "../errors/component-error.ts";
import { type CoreTypeInterner, type CoreTypeSpace, unknownType } from "./interner.ts";
import { coreLimits } from "./limits.ts";
import { Reader } from "./reader.ts";
import type { CoreExport, CoreExternType, CoreImport, CoreModuleType, DefinedType } from "./types.ts";
import {
  type CoreExternTypeSyntax,
  readExternType,
  readGlobalType,
  readMemoryType,
  readRecType,
  readTableType,
  readTagType,
  type TypeIndexSyntax,
} from "./types-reader.ts";

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Sections by id, and the place of each in the order that modules keep: the tag section stands after the memories, the data count before the code. */
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

/** The type of the module at `range`. */
export function readModule(bytes: Uint8Array, range: Range, interner: CoreTypeInterner): CoreModuleType {
  return new ModuleReader(interner).read(bytes, range);
}

type IndexedKind = "func" | "table" | "memory" | "global" | "tag";
const exportKinds: readonly IndexedKind[] = ["func", "table", "memory", "global", "tag"];

/** An item of an index space: its type, or as much of it as there was to read. Only what is exported is resolved. */
interface Unresolved {
  readonly syntax: CoreExternTypeSyntax;
  readonly offset: number;
}

class ModuleReader implements CoreTypeSpace {
  readonly #interner: CoreTypeInterner;
  readonly #types: DefinedType[] = [];
  readonly #imports: CoreImport[] = [];
  readonly #exports: CoreExport[] = [];
  readonly #spaces: Record<IndexedKind, (CoreExternType | Unresolved | TypeIndexSyntax)[]> = {
    func: [],
    table: [],
    memory: [],
    global: [],
    tag: [],
  };

  constructor(interner: CoreTypeInterner) {
    this.#interner = interner;
  }

  read(bytes: Uint8Array, range: Range): CoreModuleType {
    readSections(bytes, range, (id, section) => this.#section(id, section));
    return { kind: "core-module", imports: this.#imports, exports: this.#exports };
  }

  get size(): number {
    return this.#types.length;
  }

  get(index: number, offset: number): DefinedType {
    return this.#types[index] ?? unknownType(index, offset);
  }

  #section(id: number, r: Reader): void {
    switch (id) {
      case 1:
        this.#each(r, coreLimits.types, "types", () => {
          for (const type of this.#interner.group(readRecType(r), this)) this.#types.push(type);
          if (this.size > coreLimits.types) r.failLimit(`there are ${this.size} types`, coreLimits.types);
        });
        break;
      case 2:
        this.#each(r, coreLimits.imports, "imports", () => this.#import(r));
        break;
      case 3:
        this.#each(r, coreLimits.functions, "functions", () => {
          this.#spaces.func.push({ kind: "index", offset: r.pos, index: r.u32() });
        });
        break;
      case 4:
        this.#each(r, coreLimits.tables, "tables", () => this.#table(r));
        break;
      case 5:
        this.#define(r, coreLimits.memories, "memories", readMemoryType);
        break;
      case 13:
        this.#define(r, coreLimits.tags, "tags", () => ({ kind: "tag", type: readTagType(r) }));
        break;
      case 6:
        this.#define(r, coreLimits.globals, "globals", readGlobalType, skipConstantExpression);
        break;
      case 7: {
        const names = new Set<string>();
        this.#each(r, coreLimits.exports, "exports", () => this.#export(r, names));
        break;
      }
    }
  }

  #each(r: Reader, limit: number, what: string, read: () => void): void {
    for (let count = r.count(limit, what); count > 0; count--) read();
    r.finish(`the section of ${what}`);
  }

  #define(
    r: Reader,
    limit: number,
    what: string,
    read: (r: Reader) => CoreExternTypeSyntax,
    skip?: (r: Reader) => void,
  ): void {
    this.#each(r, limit, what, () => {
      const offset = r.pos;
      const syntax = read(r);
      this.#spaces[syntax.kind].push({ syntax, offset });
      skip?.(r);
    });
  }

  #import(r: Reader): void {
    const module = r.name();
    const name = r.name();
    const offset = r.pos;
    const type = this.#interner.externType(readExternType(r), this, offset);
    this.#imports.push({ module, name, type });
    this.#spaces[type.kind].push(type);
  }

  /** `table ::= <tabletype> | 0x40 0x00 <tabletype> <expr>` */
  #table(r: Reader): void {
    const initialized = r.eat(0x40);
    if (initialized && !r.eat(0x00)) r.failByte(r.u8(), "table");
    const offset = r.pos;
    this.#spaces.table.push({ syntax: readTableType(r), offset });
    if (initialized) skipConstantExpression(r);
  }

  #export(r: Reader, names: Set<string>): void {
    const offset = r.pos;
    const name = r.name();
    if (names.has(name)) invalid(`export name \`${name}\` already defined`, offset);
    names.add(name);
    const byte = r.u8();
    const kind = exportKinds[byte] ?? r.failByte(byte, "external kind");
    const indexOffset = r.pos;
    const index = r.u32();
    const item = this.#spaces[kind][index];
    if (item === undefined) invalid(`unknown ${kind} ${index}: ${kind} index out of bounds`, indexOffset);
    this.#exports.push({ name, type: this.#resolve(item) });
  }

  #resolve(item: CoreExternType | Unresolved | TypeIndexSyntax): CoreExternType {
    if ("syntax" in item) return this.#interner.externType(item.syntax, this, item.offset);
    return item.kind === "index" ? this.#interner.externType({ kind: "func", type: item }, this, item.offset) : item;
  }
}

function invalid(reason: string, offset: number): never {
  throw new ComponentError("validate", "invalid", reason, { offset });
}

/**
 * Skips `expr` where only constant expressions may stand. What an instruction's immediates are is all that counts; the
 * engine checks the rest.
 */
function skipConstantExpression(r: Reader): void {
  for (;;) {
    const opcode = r.u8();
    switch (opcode) {
      case 0x0b: // end
        return;
      case 0x23: // global.get
      case 0xd2: // ref.func
        r.u32();
        break;
      case 0x41: // i32.const
      case 0x42: // i64.const
        skipInteger(r, opcode === 0x41 ? 5 : 10);
        break;
      case 0x43: // f32.const
        r.range(4);
        break;
      case 0x44: // f64.const
        r.range(8);
        break;
      case 0x6a: // i32.add, i32.sub, i32.mul
      case 0x6b:
      case 0x6c:
      case 0x7c: // i64.add, i64.sub, i64.mul
      case 0x7d:
      case 0x7e:
        break;
      case 0xd0: // ref.null
        skipInteger(r, 5);
        break;
      case 0xfb:
        skipGcInstruction(r);
        break;
      case 0xfd:
        if (r.u32() !== 12) r.fail("constant expression required: non-constant operator", r.pos - 1); // v128.const
        r.range(16);
        break;
      default:
        r.fail("constant expression required: non-constant operator", r.pos - 1);
    }
  }
}

function skipGcInstruction(r: Reader): void {
  const opcode = r.u32();
  switch (opcode) {
    case 0: // struct.new, struct.new_default
    case 1:
    case 6: // array.new, array.new_default
    case 7:
      r.u32();
      break;
    case 8: // array.new_fixed
      r.u32();
      r.u32();
      break;
    case 26: // any.convert_extern, extern.convert_any, ref.i31
    case 27:
    case 28:
      break;
    default:
      r.fail("constant expression required: non-constant operator", r.pos - 1);
  }
}

/** Skips a LEB128 integer of at most `bytes` bytes. */
function skipInteger(r: Reader, bytes: number): void {
  for (let count = 1; r.u8() >= 0x80; count++) {
    if (count === bytes) r.fail("integer representation too long", r.pos - 1);
  }
}
