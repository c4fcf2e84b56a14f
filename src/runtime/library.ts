/**
 * All that generated code calls by name: under `jit` and `evaluate` it is handed this module, ahead-of-time output
 * imports from it. A name that is missing here fails when a component is first instantiated, and in the tests of `codegen`.
 */
export { resultError } from "../errors/result-error.ts";
export { liftAsync, liftAsyncValue, lowerAsync, lowerAsyncValue } from "./async-types.ts";
export { cannotEnter } from "./call.ts";
export { liftErrorContext, lowerErrorContext } from "./error-context.ts";
export {
  allocateList,
  checkList,
  checkPointer,
  copyF32,
  copyF64,
  copyS8,
  copyS16,
  copyS32,
  copyS64,
  copyU8,
  copyU16,
  copyU32,
  copyU64,
  storeF32,
  storeF32Into,
  storeF64,
  storeF64Into,
  storeS8,
  storeS8Into,
  storeS16,
  storeS16Into,
  storeS32,
  storeS32Into,
  storeS64,
  storeS64Into,
  storeU8,
  storeU8Into,
  storeU16,
  storeU16Into,
  storeU32,
  storeU32Into,
  storeU64,
  storeU64Into,
  viewF32,
  viewF64,
  viewS8,
  viewS16,
  viewS32,
  viewS64,
  viewU8,
  viewU16,
  viewU32,
  viewU64,
} from "./lists.ts";
export { mayNotLeave } from "./may-leave.ts";
export {
  bitsToF32,
  bitsToF64,
  charFromI32,
  f32ToBits,
  f64ToBits,
  invalid,
  toBool,
  toChar,
  toF32,
  toF64,
  toS8,
  toS16,
  toS32,
  toS64,
  toU8,
  toU16,
  toU32,
  toU64,
} from "./numbers.ts";
export {
  liftBorrow,
  liftBorrowValue,
  liftOwn,
  liftOwnValue,
  lowerBorrow,
  lowerBorrowValue,
  lowerOwn,
  lowerOwnValue,
} from "./resources.ts";
export * from "./shapes.ts";
export {
  loadLatin1OrUtf16,
  loadUtf8,
  loadUtf16,
  pointer64,
  storeLatin1OrUtf16,
  storeUtf8,
  storeUtf16,
  taggedFrom64,
  taggedTo64,
  viewString,
} from "./strings.ts";
export { liftString, storeLiftedString } from "./transcode.ts";
