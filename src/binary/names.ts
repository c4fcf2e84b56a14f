/**
 * The `component-name` custom section: names of definitions, for messages and printing. "Name Section" in Binary.md.
 *
 * The section is a courtesy: whatever is wrong with it ends the reading and nothing else.
 */
import { ComponentError } from "../errors/component-error.ts";
import { componentLimits } from "../wasm/limits.ts";
import { Reader } from "../wasm/reader.ts";
import type { ComponentSyntax, CustomSection, Sort } from "./definitions.ts";
import { readSort } from "./references.ts";

export interface ComponentNames {
  /** Of the component itself. */
  readonly component: string | undefined;
  /** Of the items of each index space, by index. */
  readonly items: ReadonlyMap<Sort, ReadonlyMap<number, string>>;
}

/** The names that `component`'s own name sections give; those of nested components are theirs. */
export function readComponentNames(bytes: Uint8Array, component: ComponentSyntax): ComponentNames {
  const names = { component: undefined as string | undefined, items: new Map<Sort, Map<number, string>>() };
  for (const custom of component.customs) {
    if (custom.name === "component-name") readLeniently(bytes, custom, names);
  }
  return names;
}

type Names = { component: string | undefined; readonly items: Map<Sort, Map<number, string>> };

function readLeniently(bytes: Uint8Array, { start, end }: CustomSection, names: Names): void {
  const r = new Reader(bytes, start, end);
  try {
    while (!r.done) readSubsection(r, names);
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
  }
}

/** `namesubsection_0(<name>)` for the component, `namesubsection_1(<sort> <namemap>)` for an index space. */
function readSubsection(r: Reader, names: Names): void {
  const id = r.u8();
  const section = r.sub(r.u32());
  switch (id) {
    case 0:
      names.component ??= section.name();
      break;
    case 1: {
      const sort = readSort(section, "sort");
      const items = names.items.get(sort) ?? new Map<number, string>();
      names.items.set(sort, items);
      for (let count = section.count(componentLimits.definitions, "names"); count > 0; count--) {
        items.set(section.u32(), section.name());
      }
      break;
    }
  }
}
