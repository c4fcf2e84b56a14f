/**
 * All that generated code calls by name: it is handed this module. `codegen` does not compile if it calls a function that is
 * missing here. What is asynchronous is in async-library.ts.
 */
export { resultError } from "../errors/result-error.ts";
export { cannotEnter, cannotEnterFromGuest, cannotLeave, checkNothing, notReturned } from "./call.ts";
export { allocate, checkList, checkPointer, checkRoom } from "./lists.ts";
export { mayNotLeave } from "./may-leave.ts";
export {
  makeNumbers,
  numbersF32,
  numbersF64,
  numbersLength,
  numbersS8,
  numbersS16,
  numbersS32,
  numbersS64,
  numbersU8,
  numbersU16,
  numbersU32,
  numbersU64,
  putNumbers,
  storeNumbersInto,
} from "./number-lists.ts";
export {
  bitsToF32,
  bitsToF64,
  caseTable,
  charFromI32,
  checkChar,
  checkDiscriminant,
  extendI32,
  f32ToBits,
  f64ToBits,
  invalid,
  invalidDiscriminant,
  pointerTo64,
  toChar,
  unsigned64,
  wrapI64,
} from "./numbers.ts";
export {
  asObject,
  asSparse,
  errorPayload,
  fixedList,
  isArray,
  listLength,
  makeList,
  makeMap,
  mapEntries,
  ownField,
  toFlag,
  toFlags,
} from "./objects.ts";
export {
  endLoanValue,
  lendToHost,
  lendValue,
  liftBorrow,
  liftBorrowValue,
  liftOwn,
  liftOwnValue,
  lowerBorrow,
  lowerBorrowValue,
  lowerOwn,
  lowerOwnValue,
  makeScope,
} from "./resources.ts";
export {
  loadLatin1OrUtf16,
  loadUtf8,
  loadUtf16,
  measureLatin1OrUtf16,
  measureUtf8,
  measureUtf16,
  pointer64,
  taggedFrom64,
  taggedSize,
  taggedTo64,
  viewString,
  writeLatin1OrUtf16,
} from "./strings.ts";
export { writeUtf8, writeUtf16 } from "./text.ts";
export { liftString, storeLiftedString } from "./transcode.ts";
export { addVolume, beginVolume, countNumbers, countText } from "./volume.ts";
