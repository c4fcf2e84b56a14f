/**
 * A turn of the event loop: all that the host has to do in the meantime is done, timers and input included.
 *
 * No timers are used where there is anything better, for browsers slow them down.
 */
export interface Turn {
  readonly promise: Promise<void>;
  /** Keeps the process alive until then, where there is a process. */
  ref(): void;
}

/** Resolves in the next turn. Unless `ref`, that alone keeps no process alive. */
export function nextTurn(ref: boolean): Turn {
  const turn =
    typeof setImmediate === "function" ? immediate() : typeof MessageChannel === "function" ? message() : timer();
  if (ref) turn.ref();
  return turn;
}

/** What keeps a process alive, in engines that have processes. */
interface Handle {
  ref?(): void;
  unref?(): void;
}

function immediate(): Turn {
  let handle: Handle | undefined;
  const promise = new Promise<void>((resolve) => {
    handle = setImmediate(resolve);
    handle.unref?.();
  });
  return { promise, ref: () => handle?.ref?.() };
}

let channel: MessageChannel | undefined;
const resolvers: (() => void)[] = [];

function message(): Turn {
  if (channel === undefined) {
    channel = new MessageChannel();
    const { port1, port2 } = channel;
    port1.onmessage = () => {
      resolvers.shift()?.();
      if (resolvers.length === 0) for (const port of [port1, port2]) (port as Handle).unref?.();
    };
    for (const port of [port1, port2]) (port as Handle).unref?.();
  }
  const { port1, port2 } = channel;
  const promise = new Promise<void>((resolve) => {
    resolvers.push(resolve);
  });
  port2.postMessage(undefined);
  return { promise, ref: () => (port1 as Handle).ref?.() };
}

function timer(): Turn {
  return { promise: new Promise((resolve) => setTimeout(resolve, 0)), ref() {} };
}
