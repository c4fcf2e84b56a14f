/** Vectors of eight code units, as constants are written. */
export function units(value: number): number[] {
  return Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? value & 0xff : value >> 8));
}
