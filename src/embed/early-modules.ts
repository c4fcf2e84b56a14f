/**
 * The core modules of a component, which the engine compiles from as early on as it can: while the rest of the component
 * is looked at, and while they are being downloaded.
 *
 * To find them, only the heads of sections are read. Whether the component is one is found out meanwhile; if it is not,
 * nobody asks for its modules.
 */
import type { ByteRange } from "../binary/definitions.ts";

const PREAMBLE = 8;
const COMPONENT_LAYER = 1;
const CORE_MODULE = 1;
const COMPONENT = 4;
/** How many modules are compiled before it is known whether anybody needs them. */
const MOST = 100;

/** A module of which not all is there. */
interface Download {
  readonly end: number;
  /** What the engine reads. */
  readonly stream: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
}

export class EarlyModules {
  readonly #modules: Map<number, (all: Uint8Array<ArrayBuffer>) => Promise<WebAssembly.Module>> = new Map();
  /** Where the next section begins. */
  #next = PREAMBLE;
  #coming: Download | undefined;

  /** The module at `range` of the bytes, all of which have come. */
  get({ start, end }: ByteRange, bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
    return this.#modules.get(start)?.(bytes) ?? WebAssembly.compile(bytes.subarray(start, end));
  }

  /** Takes notice of `bytes`, which are all that there is so far, the last `added` of them for the first time. */
  advance(bytes: Uint8Array<ArrayBuffer>, added: number): void {
    if (bytes.length < PREAMBLE || bytes[6] !== COMPONENT_LAYER) return;
    if (this.#coming !== undefined) this.#feed(this.#coming, bytes, bytes.length - added);
    for (let head = this.#head(bytes); head !== undefined; head = this.#head(bytes)) {
      const { id, start, end } = head;
      // The sections of a component inside are like any others, once its preamble is passed.
      this.#next = id === COMPONENT ? start + PREAMBLE : end;
      if (id === CORE_MODULE && this.#modules.size < MOST) this.#begin(bytes, start, end);
    }
  }

  /** There will be no more bytes. */
  finish(): void {
    this.#coming?.stream.close();
    this.#coming = undefined;
  }

  /** What the head of the next section says, as soon as all of it is there. */
  #head(bytes: Uint8Array): (ByteRange & { readonly id: number }) | undefined {
    let at = this.#next;
    const id = bytes[at++];
    let size = 0;
    for (let scale = 1; at < bytes.length && scale <= 2 ** 28; scale *= 128) {
      const byte = bytes[at++]!;
      size += (byte & 0x7f) * scale;
      if (byte < 0x80) return { id: id!, start: at, end: at + size };
    }
    return undefined;
  }

  #begin(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const compile = (all: Uint8Array<ArrayBuffer>) => WebAssembly.compile(all.subarray(start, end));
    const whole = end <= bytes.length;
    if (!whole && typeof WebAssembly.compileStreaming !== "function") return;
    const module = whole ? compile(bytes) : this.#stream(bytes, start, end);
    // If it is wrong, whoever asks for it is told; perhaps nobody does.
    module.catch(() => {});
    // Where streaming fails there may be nothing wrong with the module.
    this.#modules.set(start, whole ? () => module : (all) => module.catch(() => compile(all)));
  }

  #stream(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Promise<WebAssembly.Module> {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (stream) => {
        this.#coming = { end, stream };
      },
    });
    this.#feed(this.#coming!, bytes, start);
    return WebAssembly.compileStreaming(new Response(body, { headers: { "content-type": "application/wasm" } }));
  }

  /** Passes on what there is from `start` on. */
  #feed({ stream, end }: Download, bytes: Uint8Array<ArrayBuffer>, start: number): void {
    stream.enqueue(bytes.slice(start, end));
    if (bytes.length >= end) this.finish();
  }
}
