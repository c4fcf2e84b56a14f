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
  if (typeof setImmediate === "function") return immediate(ref);
  return { promise: new Promise((resolve) => posted(resolve)), ref() {} };
}

function immediate(ref: boolean): Turn {
  let handle: unknown;
  const promise = new Promise<void>((resolve) => {
    handle = setImmediate(resolve);
  });
  const { unref, ref: refer } = handle as { unref?: () => void; ref?: () => void };
  if (!ref) unref?.call(handle);
  return { promise, ref: () => refer?.call(handle) };
}

let channel: MessageChannel | undefined;
const resolvers: (() => void)[] = [];

function posted(resolve: () => void): void {
  if (typeof MessageChannel !== "function") {
    setTimeout(resolve, 0);
    return;
  }
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => resolvers.shift()?.();
  }
  resolvers.push(resolve);
  channel.port2.postMessage(undefined);
}
