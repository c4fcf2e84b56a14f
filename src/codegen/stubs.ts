/**
 * Functions that stand in for others until they are first called.
 *
 * Guests get the functions that they import all at once, and call few of them. A stub makes the function behind it at the
 * first call, and costs next to nothing at later ones: under `jit` each has source of its own, so that engines learn for
 * each which function it calls, and put that in its place.
 */
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
  return run === undefined ? stubs.map(closure) : (run(`return [\n${stubs.map(source).join("")}];`) as StubMaker[]);
}

/**
 * What is made becomes the property of an object that had none: one that is written but once engines take for a constant,
 * unlike a variable that is. So its calls cost nothing more, not even a look at what is called.
 */
function source({ name, arity }: Stub): string {
  const params = Array.from({ length: arity }, (_, i) => `p${i}`).join(", ");
  const body = `if (made.call === undefined) made.call = make(); return made.call(${params});`;
  return `function (make) { const made = {}; return function ${name}$stub(${params}) { ${body} }; },\n`;
}

function closure({ arity }: Stub): StubMaker {
  return (make) => {
    let made: AnyFunction | undefined;
    const call = () => (made ??= make() as AnyFunction);
    switch (arity) {
      case 0:
        return () => call()();
      case 1:
        return (a) => call()(a);
      case 2:
        return (a, b) => call()(a, b);
      case 3:
        return (a, b, c) => call()(a, b, c);
      case 4:
        return (a, b, c, d) => call()(a, b, c, d);
      default:
        return (...args) => call()(...args);
    }
  };
}
