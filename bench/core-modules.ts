/** The core modules in a component, nested ones included, in order: what an engine has to compile in any case. */
export function coreModules(component: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const found: Uint8Array<ArrayBuffer>[] = [];
  collect(component, found);
  return found;
}

const CORE_MODULE = 1;
const COMPONENT = 4;

function collect(component: Uint8Array<ArrayBuffer>, found: Uint8Array<ArrayBuffer>[]): void {
  let at = 8;
  while (at < component.length) {
    const id = component[at++]!;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = component[at++]!;
      size += (byte & 0x7f) * 2 ** shift;
      more = byte > 0x7f;
    }
    const section = component.subarray(at, at + size);
    if (id === CORE_MODULE) found.push(section);
    if (id === COMPONENT) collect(section, found);
    at += size;
  }
}
