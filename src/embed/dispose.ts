/** `Symbol.dispose`, with or without the engine's help. */

/** What stands for `Symbol.dispose` on engines that do not have it. */
export const registeredDispose: symbol = Symbol.for("dispose");

/** Asked for each time: a polyfill may come late. */
export function disposeSymbol(): symbol {
  return (Symbol as { readonly dispose?: symbol }).dispose ?? registeredDispose;
}
