/**
 * Streams that a component gives to the host: `stream<T>` as JavaScript sees it, on the readable end in
 * runtime/host-ends.ts.
 *
 * Such an object is an async iterable of chunks; it reads into buffers of the embedder's, and turns into a web
 * `ReadableStream`. The component writes only as much as is read. Whoever loses interest says so (`cancel`, or the end of
 * a loop); for an object that is garbage, gantry does.
 */
// Types that mention what can be disposed of bring it along: their users may have no library that knows of it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { AsyncType } from "../runtime/async-types.ts";
import type { Shared } from "../runtime/copy-end.ts";
import { HostReadable } from "../runtime/host-ends.ts";
import type { Store } from "../runtime/store.ts";
import { type TypedArray, typedArrays } from "../runtime/typed-arrays.ts";

/** How much is read at once, if the writer has as much and the reader does not say. */
const MAX_CHUNK_BYTES = 2 ** 20;
const MAX_CHUNK_VALUES = 1024;

/** Ends of streams whose objects were collected before they had come to their end. */
const lost = new FinalizationRegistry<HostReadable>((end) => end.drop());

/** What stands for `Symbol.asyncDispose` on engines that do not have it. */
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("asyncDispose");

let faultOf: (stream: ComponentStream) => string | undefined;
let take: (stream: ComponentStream, type: AsyncType, store: Store) => Shared | undefined;

/**
 * A stream that a component writes and the host reads. Its chunks are typed arrays if it is one of numbers (`Uint8Array`
 * for `stream<u8>`), else arrays; they are as long as the component writes them, or shorter.
 */
// biome-ignore lint/suspicious/noExplicitAny: checked by the component at run time; `unknown` could not be used
export class ComponentStream<Chunk = any> implements AsyncIterable<Chunk> {
  /** As `cancel`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly #end: HostReadable;
  /** Where what is read can no longer be had from, and why. */
  #state: "open" | "read" | "ended" | "given away" = "open";
  #cancelled = false;
  #failure: { readonly error: unknown } | undefined;
  #readable: ReadableStream<Chunk> | undefined;
  #pulled = false;

  /** Made by gantry, for what a component gives. */
  constructor(end: HostReadable) {
    if (!(end instanceof HostReadable))
      throw new TypeError("a ComponentStream is what a component gives: there are no others");
    this.#end = end;
    lost.register(this, end, end);
  }

  static {
    faultOf = (stream) => stream.#fault();
    take = (stream, type, store) => stream.#take(type, store);
  }

  /**
   * The next chunk: of a length that suits, or read into `into` and given as a part of it. Not while another is read.
   *
   * @throws ComponentError if the component traps meanwhile
   */
  read(): Promise<IteratorResult<Chunk, undefined>>;
  read<Into extends TypedArray>(into: Into): Promise<IteratorResult<Into, undefined>>;
  async read(into?: TypedArray): Promise<IteratorResult<unknown, undefined>> {
    if (this.#pulled || this.#readable?.locked) throw new TypeError("the stream is read through its `readable`");
    return this.#read(into);
  }

  /** Says that no more is wanted, which the component is told. A read that waits ends. */
  async cancel(): Promise<void> {
    if (this.#state === "given away") throw new TypeError(givenAway);
    this.#cancelled = true;
    this.#ended();
  }

  /** The chunks; a loop that is left early cancels the stream. */
  [Symbol.asyncIterator](): AsyncIterator<Chunk, undefined, void> {
    return {
      next: () => this.read(),
      return: async () => {
        await this.cancel();
        return { done: true, value: undefined };
      },
    };
  }

  /** The stream as the web knows them, for bytes one of bytes. Always the same; who reads it reads nothing directly any more. */
  get readable(): ReadableStream<Chunk> {
    this.#readable ??= this.#makeReadable();
    return this.#readable;
  }

  async #read(into: TypedArray | undefined): Promise<IteratorResult<unknown, undefined>> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#state === "given away") throw new TypeError(givenAway);
    if (this.#state === "ended") return { done: true, value: undefined };
    if (this.#state === "read") throw new TypeError("the stream is being read already");
    if (into?.length === 0) throw new TypeError("there is no room to read into");
    this.#state = "read";
    try {
      const { count, done, values } = await this.#end.read(into ?? chunkLength(this.#end.type));
      this.#state = "open";
      if (done || this.#cancelled) this.#ended();
      else if (count === 0) throw new TypeError("the memory that was to be read into has been taken away");
      return count > 0 ? { done: false, value: values } : { done: true, value: undefined };
    } catch (error) {
      // What cannot be read into is no fault of the stream's.
      if (this.#end.closed) this.#failure = { error };
      this.#state = "open";
      throw error;
    }
  }

  #ended(): void {
    this.#state = "ended";
    this.#end.drop();
    lost.unregister(this.#end);
  }

  #makeReadable(): ReadableStream<Chunk> {
    if (typeof ReadableStream !== "function") throw new TypeError("this engine has no ReadableStream");
    const cancel = () => this.cancel();
    const readable =
      this.#end.type.number === "u8"
        ? new ReadableStream({ type: "bytes", pull: (controller) => this.#pullBytes(controller), cancel })
        : new ReadableStream({ pull: (controller) => this.#pull(controller), cancel }, { highWaterMark: 0 });
    streams.set(readable, this);
    return readable as ReadableStream<Chunk>;
  }

  async #pull(controller: ReadableStreamDefaultController): Promise<void> {
    this.#pulled = true;
    const { done, value } = await this.#read(undefined);
    if (!done) controller.enqueue(value);
    else if (!this.#cancelled) controller.close();
  }

  async #pullBytes(controller: ReadableByteStreamController): Promise<void> {
    this.#pulled = true;
    const request = controller.byobRequest;
    const view = request?.view;
    const into = view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : undefined;
    const { done, value } = await this.#read(into);
    if (!done) {
      if (into === undefined) controller.enqueue(value as Uint8Array<ArrayBuffer>);
      else request!.respond((value as Uint8Array).length);
    } else if (!this.#cancelled) {
      controller.close();
      controller.byobRequest?.respond(0);
    }
  }

  // ---- Passing it on

  /** Why the stream cannot be passed to a component. */
  #fault(): string | undefined {
    switch (this.#state) {
      case "read":
        return "it is being read";
      case "given away":
        return "it has been given away";
      case "ended":
        return this.#cancelled ? "it has been cancelled" : "it has come to its end";
      case "open":
        if (this.#failure !== undefined) return "it has failed";
        if (this.#pulled) return "it is read through its `readable`";
        return this.#readable?.locked === true ? "its `readable` is locked to a reader" : undefined;
    }
  }

  /** The end itself, if it can be handed to a guest of `store` as a stream of that type: then nothing is copied here. */
  #take(type: AsyncType, store: Store): Shared | undefined {
    if (this.#end.store !== store || !this.#end.type.equals(type)) return undefined;
    this.#state = "given away";
    lost.unregister(this.#end);
    this.#readable?.getReader();
    return this.#end.give();
  }
}

Object.defineProperty(ComponentStream.prototype, asyncDispose, {
  value: ComponentStream.prototype.cancel,
  writable: true,
  configurable: true,
});

export { faultOf as streamFault, take as takeStream };

const givenAway = "the stream has been given away";

/** The streams of components behind web streams. */
const streams: WeakMap<ReadableStream, ComponentStream> = new WeakMap();

/** The stream of a component that a value is, or that it is the `readable` of. */
export function componentStream(value: unknown): ComponentStream | undefined {
  return value instanceof ComponentStream ? value : streams.get(value as ReadableStream);
}

function chunkLength({ number }: AsyncType): number {
  return number === undefined ? MAX_CHUNK_VALUES : MAX_CHUNK_BYTES / typedArrays[number].BYTES_PER_ELEMENT;
}
