/**
 * `wasi:io/error` and `wasi:io/streams`: one class for all input streams and one for all output streams, over whatever
 * the bytes come from or go to.
 *
 * Where the interface says that a guest which writes more than it was permitted to traps, it is served here as well:
 * all of it is written. Nothing depends on the permit but the guest's own waiting.
 */
import { views } from "../embed/func.ts";
import { type ErrorCode, errorCodeOf } from "./error-codes.ts";
import { type Condition, Pollable, pause, ready } from "./poll.ts";

/** Where an input stream's bytes come from. */
export interface Source {
  /** Up to `max` bytes: none if there are none yet, `undefined` at the end. */
  read(max: number): Uint8Array | undefined;
  /** As `read`, waiting for at least one byte. */
  blockingRead?(max: number): Uint8Array | undefined;
  /** When there is something to read; at any time, if left out. */
  condition?(): Condition;
  close?(): void;
}

/** Where an output stream's bytes go. */
export interface Sink {
  /** The bytes may be the guest's own memory: they are of no use after the call. */
  write(bytes: Uint8Array): void;
  /** How many bytes would be taken without waiting; if left out, as many as one ever writes. */
  room?(): number;
  condition?(): Condition;
  flush?(): void;
  blockingFlush?(): void;
  close?(): void;
}

/** The most bytes that are moved at once. */
export const MAX_CHUNK = 1 << 16;

/**
 * What was thrown, which an error keeps to itself: a guest could call a static function of the class by declaring it, and
 * errors of Node tell where the host has its files.
 */
export let causeOf: (error: IoError) => unknown;

/** `resource error` of `wasi:io/error` */
export class IoError {
  readonly #cause: unknown;

  constructor(cause: unknown) {
    this.#cause = cause;
  }

  static {
    causeOf = (error) => error.#cause;
  }

  toDebugString(): string {
    return this.#cause instanceof Error ? this.#cause.message : String(this.#cause);
  }
}

/** `wasi:io/error` */
export const error = { Error: IoError };

/** `filesystem-error-code`: what `wasi:filesystem/types` has to say of an error of a stream. */
export function filesystemErrorCode(error: IoError): ErrorCode | undefined {
  return errorCodeOf(causeOf(error));
}

const closed = { tag: "closed" } as const;

/** To be thrown by sources and sinks for a failure that is no error of `node:fs`. */
export class StreamFailure extends Error {}

/** What both directions share: the end, after which nothing works any more. No class of theirs, whose members guests had. */
class Life {
  #closed = false;

  /** Runs `operation` as long as the stream is open. A failure is told once and closes it. */
  attempt<T>(operation: () => T): T {
    if (this.#closed) throw closed;
    try {
      return operation();
    } catch (error) {
      if (error === closed) this.#closed = true;
      if (!(error instanceof StreamFailure) && errorCodeOf(error) === undefined) throw error;
      this.#closed = true;
      throw { tag: "last-operation-failed", val: new IoError(error instanceof StreamFailure ? error.cause : error) };
    }
  }

  get open(): boolean {
    return !this.#closed;
  }
}

/** `resource input-stream` */
export class InputStream {
  readonly #life = new Life();
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  read(length: bigint): Uint8Array {
    return this.#life.attempt(() => this.#source.read(chunk(length)) ?? end());
  }

  blockingRead(length: bigint): Uint8Array {
    const source = this.#source;
    return this.#life.attempt(
      () => (source.blockingRead ? source.blockingRead(chunk(length)) : source.read(chunk(length))) ?? end(),
    );
  }

  skip(length: bigint): bigint {
    return BigInt(this.read(length).length);
  }

  blockingSkip(length: bigint): bigint {
    return BigInt(this.blockingRead(length).length);
  }

  subscribe(): Pollable {
    return new Pollable(this.#life.open ? this.#source.condition?.() : ready);
  }

  [Symbol.dispose](): void {
    this.#source.close?.();
  }
}

/** `resource output-stream` */
export class OutputStream {
  readonly #life = new Life();
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  checkWrite(): bigint {
    return this.#life.attempt(() => BigInt(this.#sink.room?.() ?? MAX_CHUNK));
  }

  write(contents: Uint8Array): void {
    this.#life.attempt(() => this.#sink.write(contents));
  }

  blockingWriteAndFlush(contents: Uint8Array): void {
    this.#life.attempt(() => {
      this.#sink.write(contents);
      this.#finish();
    });
  }

  flush(): void {
    this.#life.attempt(() => this.#sink.flush?.());
  }

  blockingFlush(): void {
    this.#life.attempt(() => this.#finish());
  }

  subscribe(): Pollable {
    return new Pollable(this.#life.open ? this.#sink.condition?.() : ready);
  }

  writeZeroes(length: bigint): void {
    for (let left = length; left > 0n; left -= BigInt(MAX_CHUNK)) this.write(new Uint8Array(chunk(left)));
  }

  blockingWriteZeroesAndFlush(length: bigint): void {
    this.writeZeroes(length);
    this.blockingFlush();
  }

  splice(source: InputStream, length: bigint): bigint {
    const permit = this.checkWrite();
    const bytes = source.read(length < permit ? length : permit);
    if (bytes.length > 0) this.write(bytes);
    return BigInt(bytes.length);
  }

  blockingSplice(source: InputStream, length: bigint): bigint {
    let permit = this.checkWrite();
    for (; permit === 0n; permit = this.checkWrite()) {
      const pollable = this.subscribe();
      try {
        pollable.block();
      } finally {
        pollable[Symbol.dispose]();
      }
    }
    const bytes = source.blockingRead(length < permit ? length : permit);
    if (bytes.length > 0) this.write(bytes);
    return BigInt(bytes.length);
  }

  #finish(): void {
    (this.#sink.blockingFlush ?? this.#sink.flush)?.call(this.#sink);
  }

  [Symbol.dispose](): void {
    this.#sink.close?.();
  }
}

// What is written is read before the call returns, so nothing of it has to be copied out of the guest's memory first.
views(OutputStream.prototype.write);
views(OutputStream.prototype.blockingWriteAndFlush);

/** `wasi:io/streams` */
export const streams = { InputStream, OutputStream };

function end(): never {
  throw closed;
}

function chunk(length: bigint): number {
  return length < MAX_CHUNK ? Number(length) : MAX_CHUNK;
}

/** Repeats a system call that would block, for descriptors that somebody made non-blocking. */
export function patiently<T>(call: () => T): T {
  for (let wait = 1; ; wait = Math.min(wait * 2, 32)) {
    try {
      return call();
    } catch (error) {
      const code = errorCodeOf(error);
      if (code !== "would-block" && code !== "interrupted") throw error;
      pause(wait);
    }
  }
}
