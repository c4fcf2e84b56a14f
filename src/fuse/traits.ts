/**
 * What of a core module matters to adapters, besides its imports and exports.
 */
import { readSections } from "../wasm/module.ts";
import { type RecTypeSyntax, readExternType, readRecType } from "../wasm/types-reader.ts";

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
      for (let count = section.u32(); count > 0 && plainTypes; count--) plainTypes = isPlain(readRecType(section));
    } else if (id === IMPORTS) {
      for (let count = section.u32(); count > 0 && !throws; count--) {
        section.name();
        section.name();
        throws = readExternType(section).kind === "tag";
      }
    } else if (id === TAGS) throws ||= section.u32() > 0;
  });
  return { throws, plainTypes };
}

function isPlain({ types }: RecTypeSyntax): boolean {
  if (types.every(({ composite }) => composite.kind !== "func")) return true;
  const [type] = types;
  return types.length === 1 && type!.final && !type!.shared && type!.supertypes.length === 0;
}
