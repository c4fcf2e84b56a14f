/**
 * Functions that stand in for others until they are first called.
 *
 * Guests get the functions that they import all at once, and call few of them. A stub makes the function behind it at the
 * first call, and costs next to nothing at later ones: under `jit` each has source of its own, so that engines learn for
 * each which function it calls, and inline that.
 */
import { once } from "../runtime/once.ts";

export interface Stub {
  readonly name: string;
  readonly arity: number;
}

type Bound = (...args: never[]) => unknown;
type AnyFunction = (...args: unknown[]) => unknown;
export type StubMaker = (make: () => Bound) => Bound;

/** A maker for each of `stubs`. Without `run`, which runs source, they are closures. */
export function stubMakers(
  stubs: readonly Stub[],
  run: ((source: string) => unknown) | undefined,
): readonly StubMaker[] {
  return run === undefined
    ? stubs.map(() => closure)
    : (run(`return [\n${stubs.map(source).join("")}];`) as StubMaker[]);
}

/**
 * What is made becomes a property, and not the value of a variable: engines take a property that was written only once for
 * a constant. So its calls cost nothing more, not even a look at what is called.
 */
function source({ name, arity }: Stub): string {
  const params = Array.from({ length: arity }, (_, i) => `p${i}`).join(", ");
  const body = `if (made.call === undefined) made.call = make(); return made.call(${params});`;
  return `function (make) { const made = {}; return function ${name}$stub(${params}) { ${body} }; },\n`;
}

function closure(make: () => Bound): Bound {
  const made = once(make as () => AnyFunction);
  return (...args) => made()(...args);
}
