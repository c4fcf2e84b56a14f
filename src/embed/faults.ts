/**
 * What is said of imports that cannot be linked: all in one error, a line for each, and for an interface that is missing
 * as a whole one line for it all.
 */
import { ComponentError, type LinkFault } from "../errors/component-error.ts";

export type Path = readonly [string, ...string[]];

/** Faults as they come, less those that say the same again. */
export class Faults {
  /** By the path of what is wrong. */
  readonly #faults: Map<string, LinkFault> = new Map();

  /** Notes that the import at `path` is missing, or is not what is wanted. */
  add(code: LinkFault["code"], path: Path, wanted: string, problem: string): undefined {
    if (!this.has(path)) this.#faults.set(JSON.stringify(path), { code, path, wanted, problem });
  }

  get size(): number {
    return this.#faults.size;
  }

  /** Whether there is a fault at `path` already. */
  has(path: readonly string[]): boolean {
    return this.#faults.has(JSON.stringify(path));
  }

  /** @throws ComponentError if there are any */
  throw(): void {
    const faults = [...this.#faults.values()];
    if (faults.length === 0) return;
    const code = faults.every((fault) => fault.code === "missing-import") ? "missing-import" : "wrong-import";
    const lines = faults.map(
      ({ path, wanted, problem }) => `import ${path.map((name) => `"${name}"`).join(" › ")}: ${wanted}: ${problem}`,
    );
    const text = lines.length === 1 ? lines[0]! : `${lines.length} imports cannot be linked:\n  ${lines.join("\n  ")}`;
    throw new ComponentError("link", code, text, { faults });
  }
}
