import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { outgoingHandler, types } from "../../../src/wasi/http.ts";
import { type Pollable, poll } from "../../../src/wasi/poll.ts";
import { sockets } from "../../../src/wasi/sockets.ts";
import type { InputStream, OutputStream } from "../../../src/wasi/streams.ts";

/**
 * A server that sends back what it gets, and one that answers with the body of the request, in a thread that can answer
 * while this one waits.
 */
const servers = `
  const { parentPort } = require("node:worker_threads");
  const echo = require("node:net").createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1", () => {
    const web = require("node:http").createServer((request, response) => {
      response.setHeader("x-path", request.url);
      request.pipe(response);
    }).listen(0, "127.0.0.1", () => parentPort.postMessage([echo.address().port, web.address().port]));
  });
`;

let worker: Worker;
let ports: [number, number];

before(async () => {
  worker = new Worker(servers, { eval: true });
  ports = await new Promise((resolve) => worker.once("message", resolve));
});

after(() => worker.terminate());

// biome-ignore lint/suspicious/noExplicitAny: stands for what a guest's types would make of it
type Guest = any;

/** Calls a function of an item as a guest would. */
function caller(items: object): (name: string, ...args: unknown[]) => Guest {
  const known = items as Record<string, (...args: unknown[]) => unknown>;
  return (name, ...args) => {
    if (name in known) return known[name]!(...args);
    const method = name.slice(name.indexOf(".") + 1).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const [self, ...rest] = args as [Record<string, (...args: unknown[]) => unknown>];
    return self[method]!(...rest);
  };
}

function waitFor(pollable: Pollable): void {
  assert.deepEqual([...poll.poll([pollable])], [0]);
  pollable[Symbol.dispose]();
}

const bytes = (string: string): Uint8Array => new TextEncoder().encode(string);

function readAll(stream: InputStream): string {
  const chunks: Uint8Array[] = [];
  try {
    for (;;) chunks.push(stream.blockingRead(1000n));
  } catch (error) {
    assert.deepEqual(error, { tag: "closed" });
  }
  return Buffer.concat(chunks).toString();
}

test("a guest with the network talks to a server", () => {
  const granted = sockets(true) as Record<string, Guest>;
  const tcp = caller(granted["tcp"]);
  const socket = granted["tcp-create-socket"].createTcpSocket("ipv4");
  const network = granted["instance-network"].instanceNetwork();
  tcp("[method]tcp-socket.start-connect", socket, network, {
    tag: "ipv4",
    val: { port: ports[0], address: [127, 0, 0, 1] },
  });
  waitFor(tcp("[method]tcp-socket.subscribe", socket));
  const [input, output]: [InputStream, OutputStream] = tcp("[method]tcp-socket.finish-connect", socket);
  const long = "x".repeat(200_000);
  output.blockingWriteAndFlush(bytes(`hello ${long}`));
  tcp("[method]tcp-socket.shutdown", socket, "send");
  waitFor(input.subscribe());
  assert.ok(readAll(input) === `hello ${long}`);
  for (const resource of [input, output, socket]) resource[Symbol.dispose]();
});

test("a guest with the network makes requests", () => {
  const http = types() as Guest;
  const call = caller(http);
  const request = new http.OutgoingRequest(new http.Fields());
  call("[method]outgoing-request.set-method", request, { tag: "post" });
  call("[method]outgoing-request.set-scheme", request, { tag: "HTTP" });
  call("[method]outgoing-request.set-authority", request, `127.0.0.1:${ports[1]}`);
  call("[method]outgoing-request.set-path-with-query", request, "/path");
  const body = call("[method]outgoing-request.body", request);
  const future = (outgoingHandler(true) as Guest).handle(request, undefined);
  const output: OutputStream = call("[method]outgoing-body.write", body);
  output.blockingWriteAndFlush(bytes("question"));
  output[Symbol.dispose]();
  http.OutgoingBody.finish(body, undefined);
  waitFor(call("[method]future-incoming-response.subscribe", future));
  const { tag, val: response } = call("[method]future-incoming-response.get", future).val;
  assert.equal(tag, "ok", response);
  assert.equal(response.status(), 200);
  assert.equal(new TextDecoder().decode(response.headers().get("x-path")[0]), "/path");
  const answer = call("[method]incoming-response.consume", response);
  const input: InputStream = call("[method]incoming-body.stream", answer);
  assert.equal(readAll(input), "question");
  input[Symbol.dispose]();
});

test("what a guest asks of a request in vain is an error, and neither a trap nor the end of the process", () => {
  const http = types() as Guest;
  const call = caller(http);
  const request = new http.OutgoingRequest(new http.Fields());
  const fails = (item: string, ...args: unknown[]) => {
    const nothing = Symbol("nothing");
    let thrown: unknown = nothing;
    try {
      call(item, request, ...args);
    } catch (error) {
      thrown = error;
    }
    assert.equal(thrown, undefined, item);
  };
  fails("[method]outgoing-request.set-authority", ":".repeat(2 ** 28 - 1));
  fails("[method]outgoing-request.set-authority", "a:b:c");
  call("[method]outgoing-request.set-authority", request, "example.com:8080");
  call("[method]outgoing-request.set-authority", request, undefined);
  call("[method]outgoing-request.body", request);
  fails("[method]outgoing-request.body");
});

test("addresses are looked up as they are written", () => {
  const granted = sockets(true) as Record<string, Guest>;
  const lookup = granted["ip-name-lookup"]!;
  const network = granted["instance-network"]!.instanceNetwork();
  const found = (name: string) => {
    const stream = lookup.resolveAddresses(network, name);
    waitFor(caller(lookup)("[method]resolve-address-stream.subscribe", stream));
    return stream.resolveNextAddress().val;
  };
  assert.deepEqual(found("127.0.0.1"), [127, 0, 0, 1]);
  assert.deepEqual(found("::1"), [0, 0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(found("::ffff:127.0.0.1"), [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1]);
  for (const name of ["[::1]", "[127.0.0.1]"])
    assert.throws(
      () => found(name),
      (error) => error === "invalid-argument",
    );
});

test("a guest sends datagrams, but none to nowhere", () => {
  const granted = sockets(true) as Record<string, Guest>;
  const udp = caller(granted["udp"]);
  const socket = granted["udp-create-socket"].createUdpSocket("ipv4");
  const network = granted["instance-network"].instanceNetwork();
  const at = (port: number, ...address: number[]) => ({ tag: "ipv4", val: { port, address } });
  udp("[method]udp-socket.start-bind", socket, network, at(0, 127, 0, 0, 1));
  udp("[method]udp-socket.finish-bind", socket);
  const here = udp("[method]udp-socket.local-address", socket);
  for (const nowhere of [at(0, 127, 0, 0, 1), at(here.val.port, 0, 0, 0, 0)]) {
    assert.throws(
      () => udp("[method]udp-socket.stream", socket, nowhere),
      (error) => error === "invalid-argument",
    );
  }
  const [incoming, outgoing] = udp("[method]udp-socket.stream", socket, undefined);
  const send = (...to: object[]) => {
    udp("[method]outgoing-datagram-stream.check-send", outgoing);
    const datagrams = to.map((remoteAddress) => ({ data: bytes("hello"), remoteAddress }));
    return udp("[method]outgoing-datagram-stream.send", outgoing, datagrams);
  };
  for (const nowhere of [at(0, 127, 0, 0, 1), at(here.val.port, 0, 0, 0, 0)]) {
    assert.throws(
      () => send(nowhere, here),
      (error) => error === "invalid-argument",
    );
    assert.equal(send(here, nowhere, here), 1n, "it says how many were sent, and fails at the next call");
  }
  waitFor(udp("[method]incoming-datagram-stream.subscribe", incoming));
  const [{ data, remoteAddress }] = udp("[method]incoming-datagram-stream.receive", incoming, 1n);
  assert.deepEqual([new TextDecoder().decode(data), remoteAddress], ["hello", here]);
  for (const resource of [incoming, outgoing, socket]) resource[Symbol.dispose]();
});
