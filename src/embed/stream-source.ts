/**
 * Streams that the host gives to a component: from whatever JavaScript has that gives values one after the other to the
 * writable end in runtime/host-ends.ts.
 *
 * The source is asked for more only when the component reads, and is told (`cancel`, `return`) when it reads no more. Its
 * values come in chunks or one by one; each is checked when the component takes it.
 *
 * To a component a stream only ends; it cannot be told that it has failed. So a source that fails ends the stream, and
 * the embedder is told (`report`).
 */
import { ComponentError } from "../errors/component-error.ts";
import type { TypeIndex } from "../plan/plan.ts";
import type { AsyncType } from "../runtime/async-types.ts";
import { explainFault } from "../runtime/explain.ts";
import type { HostWritable } from "../runtime/host-ends.ts";
import { isBuffer, isDataView, isTypedArray } from "../runtime/realms.ts";
import { messageOf, show } from "../runtime/show.ts";
import { typedArrays } from "../runtime/typed-arrays.ts";
import type { PrimitiveKind } from "../types/types.ts";

type Chunk = ArrayLike<unknown>;

/** Where the values of a stream come from. */
export interface Source {
  /** Those that are at hand. */
  readonly list: Chunk;
  /** What comes next: a value, or a chunk of them. */
  next(): Promise<IteratorResult<unknown>>;
  /** Whether that is always a chunk. */
  readonly chunks?: boolean;
  /** Nothing more is wanted. */
  cancel(): unknown;
}

/**
 * `value` as the source of a stream, if it can be one. From then on it belongs to the stream. With `chunks`, it is known to
 * give nothing but chunks.
 */
export function sourceOf(value: unknown, type: AsyncType, chunks = false): Source | undefined {
  if (typeof value !== "object" || value === null || sourceFault(value, type) !== undefined) return undefined;
  const list = listOf(value, type);
  if (list !== undefined) return sourceOfList(list);
  return { ...(isReadable(value) ? sourceOfReadable(value) : sourceOfIterator(iteratorOf(value))), chunks };
}

/** Why a value cannot be the source of a stream. */
export function sourceFault(value: unknown, type: AsyncType): string | undefined {
  if (typeof value !== "object" || value === null) return noSource;
  const list = listOf(value, type);
  if (list !== undefined) return listFault(list, type);
  if (isReadable(value)) return value.locked ? "it is locked to a reader" : undefined;
  return typeof iteratorMethod(value) === "function" ? undefined : noSource;
}

const noSource = "it is no ReadableStream, nothing iterable and no array";

/** Writes all that comes from `source`. Never rejects: `report` is told. */
export async function pump(
  source: Source,
  writable: HostWritable,
  report: (error: ComponentError) => void,
): Promise<void> {
  let over = false;
  const cancel = () => {
    if (over) return;
    over = true;
    void Promise.resolve()
      .then(() => source.cancel())
      .catch((error) => report(streamFailed(error)));
  };
  writable.whenDropped(cancel);
  let reported = false;
  writable.whenFaulty((fault) => {
    reported = true;
    report(fault);
  });
  try {
    let { list } = source;
    for (;;) {
      if (list.length > 0 && (await writable.writeAll(list)).done) break;
      // An empty write waits for a reader, and says no more than that there is one.
      if ((await writable.write([])).done) break;
      const { done, value } = await source.next().catch(sourceFailed);
      if (over) return;
      if (done) {
        over = true;
        return;
      }
      list = source.chunks === true ? (value as Chunk) : chunkOf(value, writable.type);
    }
  } catch (error) {
    if (over) return;
    if (error instanceof SourceFailure) {
      over = true;
      report(streamFailed(error.reason));
    } else if (!reported && writable.store.trapped === undefined) report(error as ComponentError);
  } finally {
    cancel();
    writable.drop();
  }
}

/** Tells what a source throws from what becomes of writing. */
class SourceFailure {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

function sourceFailed(reason: unknown): never {
  throw new SourceFailure(reason);
}

function streamFailed(error: unknown): ComponentError {
  const reason = `a stream that was passed to a component failed: ${messageOf(error)}`;
  return new ComponentError("call", "stream-failed", reason, {}, { cause: error });
}

// ---- Sources

function sourceOfList(list: Chunk): Source {
  return {
    list,
    next: async () => ({ done: true, value: undefined }),
    cancel() {},
  };
}

/** Web streams of this engine, and any object that is used like one. */
function isReadable(value: object): value is ReadableStream {
  return "getReader" in value && typeof value.getReader === "function";
}

function sourceOfReadable(stream: ReadableStream): Source {
  const reader = stream.getReader();
  return {
    list: [],
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    cancel: () => reader.cancel(),
  };
}

interface AnyIterator {
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
  return?(): unknown;
}

function iteratorMethod(value: object): unknown {
  const iterable = value as { [Symbol.asyncIterator]?: unknown; [Symbol.iterator]?: unknown };
  return iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator];
}

function iteratorOf(value: object): AnyIterator {
  return (iteratorMethod(value) as () => AnyIterator).call(value);
}

function sourceOfIterator(iterator: AnyIterator): Source {
  return {
    list: [],
    async next() {
      const result = await iterator.next();
      if (typeof result !== "object" || result === null) throw new TypeError(`${show(result)} is no iterator's result`);
      // As in a `for await`, an iterable of promises gives what they resolve to.
      return result.done ? result : { done: false, value: await result.value };
    },
    cancel: () => iterator.return?.(),
  };
}

// ---- Chunks

/** The values of a list that is passed for a stream as a whole. */
function listOf(value: object, type: AsyncType): Chunk | undefined {
  if (Array.isArray(value) || isTypedArray(value)) return value;
  return type.number === "u8" ? bytesOf(value) : undefined;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (isBuffer(value)) return new Uint8Array(value);
  return isDataView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
}

/** What is wrong with the first wrong element. */
function listFault(list: Chunk, { payload, scope, number }: AsyncType): string | undefined {
  if (payload === undefined || (number !== undefined && list instanceof typedArrays[number])) return undefined;
  for (let i = 0; i < list.length; i++) {
    const fault = explainFault(scope, payload, list[i], [`element ${i}`]);
    if (fault !== undefined) return fault.message;
  }
  return undefined;
}

/**
 * What an item of a source comes to. Where numbers are wanted, anything else is a chunk of them. Of other types an array is
 * a chunk unless it may be a value itself.
 */
function chunkOf(item: unknown, type: AsyncType): Chunk {
  const { payload, number } = type;
  if (number === undefined) return Array.isArray(item) && !isArrayValue(type, payload, item) ? item : [item];
  if (typeof item !== "object" || item === null) return [item];
  const chunk = listOf(item, type);
  if (chunk !== undefined) return chunk;
  const reason = `expected a chunk of ${number} (${typedArrays[number].name}), got ${show(item)}`;
  throw new ComponentError("call", "wrong-value", reason, { path: ["a stream"] });
}

/** Whether an array may be a value of a type. */
function isArrayValue({ scope }: AsyncType, type: TypeIndex | undefined, item: readonly unknown[]): boolean {
  let node = type === undefined ? undefined : scope.types[type]!;
  if (node?.kind === "option") node = scope.types[node.type]!;
  switch (node?.kind) {
    case "list":
    case "map":
    case "tuple":
    case "stream":
    case "future":
      return true;
    case "own":
      return scope.resources[node.resource]!.host.fault(item, "own") === undefined;
    default:
      node?.kind satisfies
        | PrimitiveKind
        | "record"
        | "variant"
        | "enum"
        | "flags"
        | "option"
        | "result"
        | "borrow"
        | undefined;
      return false;
  }
}
