/** `wasi:http` for guests that make requests: the shim's; without the network every request is denied. */
import { type ShimInputStream, type ShimOutputStream, shim } from "./shim.ts";
import { shimSink, shimSource } from "./shim-streams.ts";
import { subscribe } from "./sockets.ts";
import { InputStream, IoError, OutputStream } from "./streams.ts";

interface IncomingBody {
  stream(): ShimInputStream;
}

interface OutgoingBody {
  write(): ShimOutputStream;
}

/** `wasi:http/types` */
export function types(): object {
  return {
    ...shim().http.types,
    httpErrorCode: (error: IoError) => errorCode(IoError.causeOf(error)),
    "[method]incoming-body.stream": (body: IncomingBody) => new InputStream(shimSource(body.stream())),
    "[method]outgoing-body.write": (body: OutgoingBody) => new OutputStream(shimSink(body.write())),
    "[method]future-incoming-response.subscribe": subscribe,
    "[method]future-trailers.subscribe": subscribe,
  };
}

/** `wasi:http/outgoing-handler` */
export function outgoingHandler(allowed: boolean): object {
  if (allowed) return shim().http.outgoingHandler;
  return {
    handle() {
      throw { tag: "HTTP-request-denied" };
    },
  };
}

/** The `error-code` of a stream's failure, if it was one of HTTP's. */
function errorCode(cause: unknown): { readonly tag: string; readonly val: unknown } | undefined {
  if (typeof cause !== "object" || cause === null || !("tag" in cause)) return undefined;
  return { tag: String(cause.tag), val: "val" in cause ? cause.val : undefined };
}
