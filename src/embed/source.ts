/** What a component is compiled from: bytes, in whichever way they come. */
import { ComponentError } from "../errors/component-error.ts";
import { isBuffer, isShared } from "../runtime/realms.ts";
import { kindOf } from "../runtime/show.ts";
import type { EarlyModules } from "./early-modules.ts";

/** A component's bytes, or a download of them. */
export type ComponentSource = ComponentBytes | Response | Promise<ComponentBytes | Response>;

/** Bytes, or a view of bytes. */
export type ComponentBytes = ArrayBufferLike | ArrayBufferView;

/**
 * The bytes of a component. If they are downloaded, `modules` see them as they come.
 *
 * @throws ComponentError of phase `decode` if the download failed
 */
export async function bytesOf(source: ComponentSource, modules: EarlyModules): Promise<Uint8Array<ArrayBuffer>> {
  const came: unknown = await source;
  if (isBytes(came)) return view(came);
  if (!isResponse(came)) {
    throw new TypeError(
      `a component is compiled from bytes (an ArrayBuffer or a view of one) or a Response, not from ${kindOf(came)}${hint(came)}`,
    );
  }
  if (!came.ok) {
    const from = came.url ? ` of ${came.url}` : "";
    const text = `the download${from} failed: ${came.status} ${came.statusText}`.trimEnd();
    throw new ComponentError("decode", "download", text);
  }
  return download(came, modules);
}

/** How much room there is at first for what may be of any length. */
const FIRST_ROOM = 1 << 16;

async function download(response: Response, modules: EarlyModules): Promise<Uint8Array<ArrayBuffer>> {
  const { body } = response;
  if (typeof body?.getReader !== "function") return new Uint8Array(await response.arrayBuffer());
  const reader = body.getReader();
  let room = new Uint8Array(FIRST_ROOM);
  let length = 0;
  try {
    for (
      let { done, value } = await reader.read();
      !done && value !== undefined;
      { done, value } = await reader.read()
    ) {
      if (length + value.length > room.length) {
        const before = room;
        room = new Uint8Array(Math.max(2 * length, length + value.length));
        room.set(before.subarray(0, length));
      }
      room.set(value, length);
      length += value.length;
      modules.advance(room.subarray(0, length), value.length);
    }
  } finally {
    modules.finish();
  }
  return room.subarray(0, length);
}

/** The bytes themselves where nobody else can write to them meanwhile, and a copy of shared ones. */
export function view(source: ComponentBytes): Uint8Array<ArrayBuffer> {
  if (!isBytes(source)) {
    throw new TypeError(
      `a component is an ArrayBuffer or a view of one, not ${kindOf(source)}${hint(source as unknown)}`,
    );
  }
  const isView = ArrayBuffer.isView(source);
  const buffer = isView ? source.buffer : source;
  const bytes = new Uint8Array(buffer as ArrayBuffer, isView ? source.byteOffset : 0, source.byteLength);
  return isShared(buffer) ? bytes.slice() : bytes;
}

/** Whether there is nothing to wait for. */
export function isBytes(source: unknown): source is ComponentBytes {
  return ArrayBuffer.isView(source) || isBuffer(source);
}

/** Blobs have an `arrayBuffer`, too. */
function isResponse(source: unknown): source is Response {
  if (typeof source !== "object" || source === null) return false;
  const { arrayBuffer, status } = source as Partial<Response>;
  return typeof arrayBuffer === "function" && typeof status === "number";
}

/** How bytes are got from what came. */
function hint(source: unknown): string {
  if (typeof source === "string" || source instanceof URL) {
    return ": read the file first, as with `await readFile(…)`, or pass `fetch(…)`";
  }
  if (typeof source !== "object" || source === null) return "";
  if ("arrayBuffer" in source) return ": pass what its `arrayBuffer()` gives";
  return "then" in source ? ": await it first" : "";
}
