/**
 * File descriptors of the host, each closed when the last one who uses it is done: a guest may drop a descriptor and go
 * on with the streams that came from it, and it may drop nothing at all.
 */
import { closeSync, constants, openSync } from "node:fs";
import { attempt, refuse } from "./error-codes.ts";

/** Closes what belonged to instances that are gone. */
const abandoned = new FinalizationRegistry<number>((fd) => closeSync(fd));

/** The files that guests with the same grants have open. */
export class OpenFiles {
  readonly #open: Set<OpenFile> = new Set();

  open(path: string, flags: number): OpenFile {
    const file: OpenFile = new OpenFile(
      attempt(() => openSync(path, flags, 0o666)),
      () => this.#open.delete(file),
    );
    this.#open.add(file);
    return file;
  }

  /** A file once more, to append to it; `undefined` where the system does not open again what is open. */
  toAppend(file: OpenFile): OpenFile | undefined {
    if (process.platform !== "linux") return undefined;
    const path = `/proc/self/fd/${file.fd}`;
    try {
      return this.open(path, constants.O_WRONLY | constants.O_APPEND);
    } catch {
      return undefined;
    }
  }

  /** Closes all of them; whoever still has one finds it to be a bad descriptor. */
  closeAll(): void {
    for (const file of this.#open) file.close();
  }
}

export class OpenFile {
  #fd: number;
  #users = 1;
  readonly #closed: () => void;

  constructor(fd: number, closed: () => void) {
    this.#fd = fd;
    this.#closed = closed;
    abandoned.register(this, fd, this);
  }

  get fd(): number {
    return this.#fd < 0 ? refuse("bad-descriptor") : this.#fd;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.close();
  }

  close(): void {
    if (this.#fd < 0) return;
    abandoned.unregister(this);
    this.#closed();
    closeSync(this.#fd);
    this.#fd = -1;
  }
}
