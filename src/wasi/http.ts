/** `wasi:http` for guests that make requests: the shim's; without the network every request is denied. */
import { type ShimInputStream, type ShimOutputStream, shim } from "./shim.ts";
import { shimSink, shimSource } from "./shim-streams.ts";
import { subscribe } from "./sockets.ts";
import { causeOf, InputStream, type IoError, OutputStream } from "./streams.ts";

interface IncomingBody {
  stream(): ShimInputStream;
}

interface OutgoingBody {
  write(): ShimOutputStream;
}

interface OutgoingRequest {
  setAuthority(authority: string | undefined): void;
  body(): OutgoingBody;
}

/** More than any name and port; the shim takes an authority apart, and one of 2^28 colons would be the process's end. */
const MAX_AUTHORITY_LENGTH = 1024;

/** `wasi:http/types` */
export function types(): object {
  return {
    ...shim().http.types,
    httpErrorCode: (error: IoError) => errorCode(causeOf(error)),
    "[method]outgoing-request.set-authority": setAuthority,
    "[method]outgoing-request.body": bodyOnce,
    "[method]incoming-body.stream": (body: IncomingBody) => new InputStream(shimSource(body.stream())),
    "[method]outgoing-body.write": (body: OutgoingBody) => new OutputStream(shimSink(body.write())),
    "[method]future-incoming-response.subscribe": subscribe,
    "[method]future-trailers.subscribe": subscribe,
  };
}

function setAuthority(request: OutgoingRequest, authority: string | undefined): void {
  if (authority !== undefined && authority.length > MAX_AUTHORITY_LENGTH) fail();
  request.setAuthority(authority);
}

const asked: WeakSet<OutgoingRequest> = new WeakSet();

/** The shim throws an `Error` when it is asked again, which would be a trap. */
function bodyOnce(request: OutgoingRequest): OutgoingBody {
  if (asked.has(request)) fail();
  asked.add(request);
  return request.body();
}

/** Answers the guest with an error that says nothing. */
function fail(): never {
  throw undefined;
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
