/**
 * What is left to the JavaScript engine, and told in its words.
 *
 * Scripts expect the words of the core specification or of Wasmtime. The traps of core code are worded alike on all
 * engines by the runtime; what remains is what an engine does not tell apart, and why it rejects a core module.
 */
import type { ComponentError } from "../errors/component-error.ts";

interface Phrase {
  /** Of errors with this code. */
  readonly code: string;
  /** As scripts have it. */
  readonly expected: RegExp;
  /** As V8, SpiderMonkey or JavaScriptCore has it. */
  readonly engines: RegExp;
}

const phrases: readonly Phrase[] = [
  {
    code: "core",
    expected: /uninitialized element|indirect call type mismatch/,
    engines: /uninitialized element|indirect call type mismatch/,
  },
  {
    code: "core-module",
    expected: /type mismatch/,
    engines: /not enough arguments on the stack|type error|expected type|type mismatch|popping value|pop empty stack/i,
  },
];

/** Whether an engine's error tells of what a script calls `expected`. */
export function saysTheSame({ code, message }: ComponentError, expected: string): boolean {
  return phrases.some(
    (phrase) => phrase.code === code && phrase.expected.test(expected) && phrase.engines.test(message),
  );
}
