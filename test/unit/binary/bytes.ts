/** Components in bytes, for what the text format has no words for, and what is no component. */

/** What each component begins with. */
export const preamble: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** An unsigned LEB128. */
export function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...leb(bytes.length), ...bytes];
}

export function component(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...preamble, ...sections.flat()]);
}
