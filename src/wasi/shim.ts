/**
 * The part of `@bytecodealliance/preview2-shim` that is used: what only a worker thread can do, which is to wait for
 * sockets, downloads and the console while the guest's thread stands still.
 *
 * Loading it starts that thread and takes longer than many a guest runs, so it is loaded when it is first needed.
 * The rest of WASI is served without it: its files, streams and exits are global to the process, and end it when a guest
 * breaks a rule of theirs.
 */
import { createRequire } from "node:module";
import { ComponentError } from "../errors/component-error.ts";

export type ShimPollable = Disposable;

export interface ShimInputStream extends Disposable {
  read(length: bigint): Uint8Array;
  blockingRead(length: bigint): Uint8Array;
  subscribe(): ShimPollable;
}

export interface ShimOutputStream extends Disposable {
  checkWrite(): bigint;
  write(bytes: Uint8Array): void;
  flush(): void;
  blockingFlush(): void;
  subscribe(): ShimPollable;
}

/** Something that can be waited for. */
export interface Subscribable {
  subscribe(): ShimPollable;
}

/** Functions and classes that are handed on as they are. */
export type Items = Readonly<Record<string, unknown>>;

export interface ShimTcpSocket extends Subscribable {
  finishConnect(): [ShimInputStream, ShimOutputStream];
  accept(): [ShimTcpSocket, ShimInputStream, ShimOutputStream];
  shutdown(direction: string): void;
}

/** `ip-socket-address` of `wasi:sockets/network` */
export interface SocketAddress {
  readonly tag: "ipv4" | "ipv6";
  readonly val: { readonly port: number; readonly address: readonly number[] };
}

export interface OutgoingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress?: SocketAddress | undefined;
}

export interface ShimDatagrams extends Subscribable {
  send(datagrams: readonly OutgoingDatagram[]): bigint;
}

export interface ShimUdpSocket extends Subscribable {
  stream(peer: SocketAddress | undefined): unknown;
}

export interface Shim {
  readonly cli: { readonly stdin: { getStdin(): ShimInputStream } };
  readonly clocks: { readonly monotonicClock: { subscribeInstant(at: bigint): ShimPollable } };
  readonly io: { readonly poll: { poll(list: readonly ShimPollable[]): Uint32Array } };
  readonly sockets: {
    createSockets(options: { readonly enableNetwork: boolean }): {
      readonly instanceNetwork: Items;
      readonly network: Items & { networkErrorCode(error: object): string | undefined };
      readonly ipNameLookup: Items & { resolveAddresses(network: unknown, name: string): unknown };
      readonly tcp: Items;
      readonly tcpCreateSocket: Items;
      readonly udp: Items;
      readonly udpCreateSocket: Items;
    };
  };
  readonly http: {
    readonly types: Items & { httpErrorCode(error: object): unknown };
    readonly outgoingHandler: Items;
  };
}

let loaded: Shim | undefined;

export function shim(): Shim {
  loaded ??= load();
  return loaded;
}

/** Guests call synchronously, so it has to be loaded so, although it is an ES module. */
function load(): Shim {
  try {
    return createRequire(import.meta.url)("@bytecodealliance/preview2-shim") as Shim;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_REQUIRE_ESM") throw error;
    const message = "the network, HTTP and polling of standard input need Node 20.19, 22.12 or newer";
    throw new ComponentError("unsupported", "node-version", message, {}, { cause: error });
  }
}
