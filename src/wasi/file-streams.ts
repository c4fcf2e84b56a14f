/** The bytes of a file of the host as sources and sinks. Files never make anybody wait. */
import { fstatSync, readSync, writeSync } from "node:fs";
import { refuse } from "./error-codes.ts";
import type { OpenFile } from "./open-file.ts";
import { patiently, type Sink, type Source } from "./streams.ts";

/** Pipes and devices have no positions: they are read and written where they are. */
export interface Readable {
  readonly file: OpenFile;
  readonly seekable: boolean;
}

/** Up to `length` bytes of a file from a position on; none at its end. */
export function readFile({ file, seekable }: Readable, length: number, position: bigint): Uint8Array {
  const buffer = new Uint8Array(length);
  const count = patiently(() => readSync(file.fd, buffer, 0, length, seekable ? safe(position) : null));
  return count === length ? buffer : buffer.slice(0, count);
}

/** Writes all of the bytes. */
export function writeFile({ file, seekable }: Readable, bytes: Uint8Array, position: bigint): void {
  const start = safe(position);
  for (let done = 0; done < bytes.length; ) {
    done += patiently(() => writeSync(file.fd, bytes, done, bytes.length - done, seekable ? start + done : null));
  }
}

export function fileSource(readable: Readable, offset: bigint): Source {
  const file = readable.file.retain();
  let position = offset;
  return {
    read(max) {
      const bytes = readFile(readable, max, position);
      position += BigInt(bytes.length);
      return bytes.length === 0 && max > 0 ? undefined : bytes;
    },
    close: () => file.release(),
  };
}

/** Writes from `offset` on. */
export function fileSink(readable: Readable, offset: bigint): Sink {
  const file = readable.file.retain();
  let position = offset;
  return {
    write(bytes) {
      writeFile(readable, bytes, position);
      position += BigInt(bytes.length);
    },
    close: () => file.release(),
  };
}

/**
 * Writes always at the end of the file. `appending` is the same file, opened for that, if there is such a thing: then nothing is
 * lost when other processes append to it, too.
 */
export function appendingSink(readable: Readable, appending: OpenFile | undefined): Sink {
  const file = appending ?? readable.file.retain();
  return {
    write(bytes) {
      if (appending === undefined) writeFile(readable, bytes, fstatSync(file.fd, { bigint: true }).size);
      else writeFile({ file, seekable: false }, bytes, 0n);
    },
    close: () => file.release(),
  };
}

/** Node takes positions as numbers. */
function safe(position: bigint): number {
  return position <= Number.MAX_SAFE_INTEGER ? Number(position) : refuse("file-too-large");
}
