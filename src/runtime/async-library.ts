/** What library.ts is, for values that only asynchronous components have. */
export { liftAsync, liftAsyncValue, lowerAsync, lowerAsyncValue } from "./async-types.ts";
export { liftErrorContext, lowerErrorContext } from "./error-context-builtins.ts";
