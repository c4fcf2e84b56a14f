/**
 * What of a core module matters to adapters, besides its imports and exports.
 */
import { readSections } from "../wasm/module.ts";
import type { Reader } from "../wasm/reader.ts";
import { anyType, readExternType, readGroupSize, readSubType } from "../wasm/types-reader.ts";

export interface ModuleTraits {
  /** Whether it has tags, without which it can throw nothing. */
  readonly throws: boolean;
  /**
   * Whether its function types stand alone and have no subtypes. Then a function of it has the very type that one of
   * another module has with the same parameters and results; else it may be refused as an import.
   */
  readonly plainTypes: boolean;
}

const TYPES = 1;
const IMPORTS = 2;
const TAGS = 13;

/** The traits of the module at `range`, which has been read before. */
export function moduleTraits(bytes: Uint8Array, range: { readonly start: number; readonly end: number }): ModuleTraits {
  let throws = false;
  let plainTypes = true;
  readSections(bytes, range, (id, section) => {
    if (id === TYPES) {
      for (let count = section.u32(); count > 0 && plainTypes; count--) plainTypes = isPlain(section);
    } else if (id === IMPORTS) {
      for (let count = section.u32(); count > 0 && !throws; count--) {
        section.name();
        section.name();
        throws = readExternType(section, anyType).kind === "tag";
      }
    } else if (id === TAGS) throws ||= section.u32() > 0;
  });
  return { throws, plainTypes };
}

/** Whether the next recursion group is one function type without relations, or has no function types. */
function isPlain(r: Reader): boolean {
  const count = readGroupSize(r);
  let plain = true;
  for (let i = 0; i < count; i++) {
    const { composite, final, shared, supertypes } = readSubType(r, anyType);
    plain &&= composite.kind !== "func" || (count === 1 && final && !shared && supertypes.length === 0);
  }
  return plain;
}
