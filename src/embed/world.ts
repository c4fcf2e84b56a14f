/**
 * How TypeScript checks a linker against a component.
 *
 * A component may carry the type of its world (`Component<Greeter>`); a linker's type accumulates what was defined.
 * `instantiate` asks that the one provides the other's imports, and the type of the error names what is missing.
 * Components without a world are checked when they are linked, as all are.
 */

/** What a component imports and exports, keyed by import or export name. */
export interface World {
  readonly imports: object;
  readonly exports: object;
}

/** The world of a component of which nothing is known at compile time: it needs nothing that TypeScript could check. */
export interface AnyWorld extends World {
  // biome-ignore lint/complexity/noBannedTypes: an object type without required keys is what is meant
  readonly imports: {};
  readonly exports: Exports;
}

/** Exports whose names and types are known only at run time. */
export interface Exports {
  // biome-ignore lint/suspicious/noExplicitAny: checked by the component at run time; `unknown` could not be called
  readonly [name: string]: any;
}

/** The names of what `Given` lacks, or has of another type. */
type Lacking<Wanted, Given> = {
  [K in keyof Wanted]-?: K extends keyof Given ? (Given[K] extends Wanted[K] ? never : K) : K;
}[keyof Wanted];

type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * `unknown` if `Given` has all that `W` imports; else a type that no component has, and whose name says what lacks: in a
 * template, since TypeScript would print the name of the type above instead of what it is.
 */
export type Provided<W extends World, Given> =
  IsAny<W> extends true
    ? unknown
    : [Lacking<W["imports"], Given>] extends [never]
      ? unknown
      : { readonly "not provided": `${Lacking<W["imports"], Given> & string}` };

/** `Given` with `V` under `K`. A name that is no literal adds nothing that TypeScript could know. */
export type Defined<Given, K extends string, V> = string extends K ? Given : Omit<Given, K> & { readonly [P in K]: V };
