import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { errorCodeOf } from "../../../src/wasi/error-codes.ts";
import {
  filesystemErrorCode,
  InputStream,
  type IoError,
  MAX_CHUNK,
  OutputStream,
  StreamFailure,
} from "../../../src/wasi/streams.ts";

const bytes = (string: string): Uint8Array => new TextEncoder().encode(string);

/** What a guest would be told. */
function told(operation: () => unknown): unknown {
  try {
    operation();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

function collector() {
  const chunks: Uint8Array[] = [];
  return {
    text: () => Buffer.concat(chunks).toString(),
    stream: new OutputStream({ write: (chunk) => void chunks.push(chunk) }),
  };
}

function reader(string: string): InputStream {
  let left = bytes(string);
  return new InputStream({
    read(max) {
      if (left.length === 0) return undefined;
      const chunk = left.subarray(0, max);
      left = left.subarray(max);
      return chunk;
    },
  });
}

function failing(error: unknown) {
  const fail = (): never => {
    throw error;
  };
  return { input: new InputStream({ read: fail }), output: new OutputStream({ write: fail }) };
}

test("an input stream is read to its end, and is closed then", () => {
  const input = reader("0123456789");
  assert.deepEqual(input.read(3n), bytes("012"));
  assert.equal(input.skip(2n), 2n);
  assert.deepEqual(input.blockingRead(2n), bytes("56"));
  assert.equal(input.blockingSkip(2n ** 64n - 1n), 3n);
  assert.equal(input.subscribe().ready(), true);
  for (let i = 0; i < 2; i++)
    assert.deepEqual(
      told(() => input.read(1n)),
      { tag: "closed" },
    );
  assert.deepEqual(
    told(() => input.blockingSkip(1n)),
    { tag: "closed" },
  );
});

test("an output stream takes what is written in each of the ways", () => {
  const { stream, text } = collector();
  assert.ok(stream.checkWrite() > 0n);
  stream.write(bytes("a"));
  stream.flush();
  stream.blockingWriteAndFlush(bytes("b"));
  stream.writeZeroes(2n);
  stream.blockingWriteZeroesAndFlush(1n);
  stream.blockingFlush();
  assert.equal(stream.splice(reader("cdefg"), 3n), 3n);
  assert.equal(stream.blockingSplice(reader("hi"), 100n), 2n);
  assert.equal(text(), "ab\0\0\0cdehi");
  assert.deepEqual(
    told(() => stream.splice(reader(""), 1n)),
    { tag: "closed" },
  );
});

test("more than one chunk is written whole", () => {
  const { stream, text } = collector();
  const size = MAX_CHUNK * 2 + 5;
  stream.blockingWriteZeroesAndFlush(BigInt(size));
  stream.write(new Uint8Array(size));
  assert.equal(text().length, size * 2);
});

test("a failure is told once, with its code for files, and closes the stream", () => {
  const failure = Object.assign(new Error("EPIPE: broken pipe, write"), { code: "EPIPE" });
  const { input, output } = failing(failure);
  for (const operation of [() => input.read(1n), () => output.write(bytes("x"))]) {
    const { tag, val } = told(operation) as { tag: string; val: IoError };
    assert.equal(tag, "last-operation-failed");
    assert.equal(filesystemErrorCode(val), "pipe");
    assert.equal(val.toDebugString(), "EPIPE: broken pipe, write");
    assert.deepEqual(told(operation), { tag: "closed" });
  }
  assert.deepEqual(
    told(() => output.checkWrite()),
    { tag: "closed" },
  );
  const other = failing(new StreamFailure("", { cause: new Error("reset") }));
  const { val } = told(() => other.input.read(1n)) as { val: IoError };
  assert.equal(filesystemErrorCode(val), undefined);
  assert.equal(val.toDebugString(), "reset");
});

test("errors of Node are understood though they are of another realm", () => {
  const missing = runInNewContext(`Object.assign(new Error("not there"), { code: "ENOENT" })`);
  assert.equal(errorCodeOf(missing), "no-entry");
  for (const other of [null, undefined, 5, "ENOENT", {}, { code: 5 }, { code: "toString" }])
    assert.equal(errorCodeOf(other), undefined);
});

test("what is no failure of the stream comes out as it is", () => {
  const bug = new TypeError("a bug of the embedder's");
  const { input, output } = failing(bug);
  assert.equal(
    told(() => input.read(1n)),
    bug,
  );
  assert.equal(
    told(() => output.blockingWriteAndFlush(bytes("x"))),
    bug,
  );
});
