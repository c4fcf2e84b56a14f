/**
 * Futures as JavaScript sees them: `future<T>` is a promise, in both directions, on the ends in runtime/host-ends.ts.
 */
import { ComponentError } from "../errors/component-error.ts";
import type { AsyncType } from "../runtime/async-types.ts";
import type { Shared } from "../runtime/copy-end.ts";
import { explainFault } from "../runtime/explain.ts";
import { type HostReadable, type HostWritable, hostPair } from "../runtime/host-ends.ts";
import { isThenable } from "../runtime/realms.ts";
import { messageOf } from "../runtime/show.ts";
import type { Store } from "../runtime/store.ts";

/**
 * The promise of what a component writes. It is read at once, whether anybody asks for it or not, and nobody has to: a
 * rejection (for the component has trapped) counts as handled.
 */
export function promiseOf(end: HostReadable): Promise<unknown> {
  const promise = end.read(1).then(({ count, values }) => {
    if (count === 0) throw new ComponentError("call", "no-value", "the writer of a future is gone without a value");
    return values[0];
  });
  promise.catch(() => {});
  return promise;
}

/**
 * The future of what the host promises, or has already. If the promise is rejected, or what it gives is not of the type, a
 * component that reads the future traps, for which that is the reason; one that does not read it never knows.
 */
export function futureOf(value: unknown, type: AsyncType, store: Store): Shared | undefined {
  const promised = isThenable(value);
  if (!promised && futureFault(value, type) !== undefined) return undefined;
  const { readable, writable } = hostPair(type, store);
  if (promised) {
    let end: HostWritable | undefined = writable;
    // A promise may be there for long, and be passed often: it keeps no more than it has to.
    writable.whenDropped(() => {
      end?.drop();
      end = undefined;
    });
    Promise.resolve(value).then(
      (settled) => end && write(end, settled),
      (error) => end?.fail(futureFailed(error)),
    );
  } else write(writable, value);
  return readable;
}

/** Why a value cannot be a future. */
export function futureFault(value: unknown, { payload, scope }: AsyncType): string | undefined {
  if (isThenable(value) || payload === undefined) return undefined;
  return explainFault(scope, payload, value, [])?.message;
}

function write(writable: HostWritable, value: unknown): void {
  try {
    // Whoever reads it is told if it is wrong.
    const over = () => writable.drop();
    writable.write([value]).then(over, over);
  } catch (error) {
    writable.fail(error as ComponentError);
  }
}

function futureFailed(error: unknown): ComponentError {
  const reason = `a promise that was passed to a component was rejected: ${messageOf(error)}`;
  return new ComponentError("trap", "host-error", reason, {}, { cause: error });
}
