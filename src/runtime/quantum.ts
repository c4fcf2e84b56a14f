/**
 * A quantum: what a thread does from where it is resumed to where it blocks or ends. `Thread.resume` in the specification
 * returns at its end.
 *
 * Most quanta are over when the function returns that started them. One that runs on a suspended WebAssembly stack is
 * not: engines continue such a stack in a microtask. So a quantum is `undefined` if it is over, and else a promise of
 * that; whoever started it does nothing until then.
 */
export type Quantum = Promise<void> | undefined;

/** Does `next` at the end of `quantum`: at once if that has come. The end of both is the end of what comes back. */
export function after(quantum: Quantum, next: () => Quantum): Quantum {
  return quantum === undefined ? next() : quantum.then(next);
}

/** A promise that others settle. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
