/** Resources that the host defines, in a component's hands, and functions that take and give them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { caught } from "../errors/caught.ts";
import { instantiate } from "./guests.ts";

const files = `(component
  (import "ns:pkg/files@1.0.0" (instance $f
    (export "file" (type $F (sub resource)))
    (export "[constructor]file" (func (param "n" u32) (result (own $F))))
    (export "[method]file.size" (func (param "self" (borrow $F)) (result u32)))
    (export "[static]file.same" (func (param "f" (own $F)) (result (own $F))))
    (export "close" (func (param "f" (own $F))))
    (export "fail" (func (param "f" (borrow $F))))))
  (alias export $f "file" (type $F))
  (core func $drop (canon resource.drop $F))
  (core func $new (canon lower (func $f "[constructor]file")))
  (core func $size (canon lower (func $f "[method]file.size")))
  (core func $same (canon lower (func $f "[static]file.same")))
  (core func $close (canon lower (func $f "close")))
  (core func $fail (canon lower (func $f "fail")))
  (core module $M
    (import "" "drop" (func $drop (param i32)))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "size" (func $size (param i32) (result i32)))
    (import "" "same" (func $same (param i32) (result i32)))
    (import "" "close" (func $close (param i32)))
    (import "" "fail" (func $fail (param i32)))
    (func (export "make") (param i32) (result i32) (call $same (call $new (local.get 0))))
    (func (export "use") (param i32) (result i32) (local $size i32)
      (local.set $size (call $size (local.get 0)))
      (call $drop (local.get 0))
      (local.get $size))
    (func (export "keep") (param i32) (result i32) (call $size (local.get 0)))
    (func (export "drop") (param i32) (call $drop (local.get 0)))
    (func (export "close") (param i32) (call $close (local.get 0)))
    (func (export "fail") (param i32) (call $fail (local.get 0))))
  (core instance $m (instantiate $M (with "" (instance
    (export "drop" (func $drop)) (export "new" (func $new)) (export "size" (func $size)) (export "same" (func $same))
    (export "close" (func $close)) (export "fail" (func $fail))))))
  (export $F' "file" (type $F))
  (func (export "make") (param "n" u32) (result (own $F')) (canon lift (core func $m "make")))
  (func (export "use") (param "f" (borrow $F')) (result u32) (canon lift (core func $m "use")))
  (func (export "keep") (param "f" (borrow $F')) (result u32) (canon lift (core func $m "keep")))
  (func (export "drop") (param "f" (own $F')) (canon lift (core func $m "drop")))
  (func (export "close") (param "f" (own $F')) (canon lift (core func $m "close")))
  (func (export "fail") (param "f" (own $F')) (canon lift (core func $m "fail"))))`;

class File {
  readonly n: number;
  closed = 0;
  constructor(n: number) {
    this.n = n;
  }
  size(): number {
    return this.n;
  }
  static same(file: File): File {
    return file;
  }
  [Symbol.dispose](): void {
    this.closed++;
    if (this.n === 13) throw new Error("stuck");
  }
}

interface Files {
  make(n: number): File;
  use(f: File): number;
  keep(f: File): number;
  drop(f: File): void;
  close(f: File): void;
  fail(f: File): void;
  readonly File: typeof File;
}

async function withFiles() {
  const closed: File[] = [];
  const fail = () => {
    throw new TypeError("no");
  };
  const { exports } = await instantiate(files, { "ns:pkg/files": { File, close: (f: File) => closed.push(f), fail } });
  return { exports: exports as unknown as Files, closed };
}

test("objects of the host's go through a guest as they are", async () => {
  const { exports, closed } = await withFiles();
  const made = exports.make(7);
  assert.ok(made instanceof File);
  assert.equal(made.n, 7);
  assert.equal(exports.use(made), 7);
  exports.close(made);
  assert.equal(closed[0], made);
  assert.equal(made.closed, 0);
  exports.drop(made);
  assert.equal(made.closed, 1);
  assert.equal(exports.File, File);
});

test("values that are no such objects are refused", async () => {
  const { exports } = await withFiles();
  for (const value of [{}, null, 7]) {
    const error = caught(() => exports.use(value as never));
    assert.match(error.message, /^use › param "f": expected borrow<file>, got .*: it is no instance of File$/);
  }
});

test("a guest that keeps a borrow traps", async () => {
  const { exports } = await withFiles();
  assert.equal(
    caught(() => exports.keep(new File(1))).message,
    "keep: borrow handles still remain at the end of the call",
  );
});

test("a host function or a disposal that throws is a trap with the exception as its cause", async () => {
  const first = caught((await withFiles()).exports.fail.bind(undefined, new File(1)));
  assert.equal(first.message, 'import "ns:pkg/files@1.0.0" › fail: a host function threw: no');
  assert.ok(first.cause instanceof TypeError);
  const second = caught((await withFiles()).exports.drop.bind(undefined, new File(13)));
  assert.equal(second.message, "drop of file: a host function threw: stuck");
});

test("wrong results of host functions are explained, and trap", async () => {
  const wrong = { File, close() {}, fail() {}, "[method]file.size": () => "big" };
  const { use } = (await instantiate(files, { "ns:pkg/files@1.0.0": wrong })).exports as unknown as Files;
  const error = caught(() => use(new File(1)));
  assert.equal(error.phase, "call");
  assert.equal(error.message, 'import "ns:pkg/files@1.0.0" › [method]file.size › result: expected u32, got "big"');
  assert.equal(caught(() => use(new File(1))).code, "cannot-enter");
});
