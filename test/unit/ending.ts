/**
 * The ending of sources and of tests, for what names files at run time: for engines that cannot run TypeScript both are
 * compiled.
 */
export const ending: string = import.meta.url.slice(import.meta.url.lastIndexOf("."));

/** An import, as text for a process of its own, of the file at `path` (without its ending) from that at `from`. */
export function importOf(path: string, from: string): string {
  return `await import(${JSON.stringify(new URL(path + ending, from))})`;
}
