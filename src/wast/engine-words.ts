/**
 * What engines say of core WebAssembly, each in its own words.
 *
 * Scripts expect the words of the core specification or of Wasmtime, for traps of core code and for core modules that
 * are invalid; both are left to the JavaScript engine.
 */

interface Phrase {
  /** As scripts have it. */
  readonly expected: RegExp;
  /** As V8, SpiderMonkey or JavaScriptCore has it. */
  readonly engines: RegExp;
}

const traps: readonly Phrase[] = [
  { expected: /unreachable/, engines: /unreachable/i },
  {
    expected: /out of bounds memory access/,
    engines: /memory access out of bounds|index out of bounds|out of bounds memory access/i,
  },
  { expected: /divide by zero/, engines: /divide by zero|division by zero/i },
  {
    expected: /integer overflow/,
    engines: /divide result unrepresentable|float unrepresentable|integer overflow|out of range/i,
  },
  { expected: /invalid conversion to integer/, engines: /float unrepresentable|invalid conversion|out of range/i },
  {
    expected: /out of bounds table access|undefined element/,
    engines:
      /table index is out of bounds|table access out of bounds|index out of bounds|out of bounds (?:table access|call_indirect)/i,
  },
  {
    expected: /uninitialized element/,
    engines: /null function|dereferencing a null pointer|indirect call to null|call_indirect to a null/i,
  },
  { expected: /indirect call type mismatch/, engines: /signature mismatch|indirect call signature/i },
];

const rejections: readonly Phrase[] = [
  {
    expected: /type mismatch/,
    engines: /not enough arguments on the stack|type error|expected type|type mismatch|popping value/i,
  },
];

/** Whether an engine's `message` tells of the trap that a script calls `expected`. */
export function sameTrap(message: string, expected: string): boolean {
  return traps.some((phrase) => phrase.expected.test(expected) && phrase.engines.test(message));
}

/** Whether an engine's `message` tells of the fault of a core module that a script calls `expected`. */
export function sameRejection(message: string, expected: string): boolean {
  return rejections.some((phrase) => phrase.expected.test(expected) && phrase.engines.test(message));
}
