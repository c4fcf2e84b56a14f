import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openDirectory } from "../../../src/wasi/directory.ts";
import { type Descriptor, preopens } from "../../../src/wasi/filesystem.ts";
import { OpenFiles } from "../../../src/wasi/open-file.ts";
import { ending } from "../ending.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (string: string): Uint8Array => new TextEncoder().encode(string);
const follow = { symlinkFollow: true };

let outside: string;
let host: string;
let files: OpenFiles;
let root: Descriptor;
let readOnly: Descriptor;

/** Throws what a guest is to be answered. */
function refuses(operation: () => unknown, code: string): void {
  let thrown: unknown;
  try {
    operation();
  } catch (error) {
    thrown = error;
  }
  assert.equal(thrown, code);
}

for (const held of process.platform === "linux" ? [true, false] : [false]) {
  describe(held ? "directories held by descriptors" : "directories held by names", () => {
    beforeEach(() => {
      outside = realpathSync(mkdtempSync(join(tmpdir(), "gantry-wasi-")));
      host = join(outside, "granted");
      mkdirSync(join(host, "a/b"), { recursive: true });
      writeFileSync(join(outside, "secret"), "secret");
      writeFileSync(join(host, "f"), "hello");
      writeFileSync(join(host, "a/b/g"), "deep");
      files = new OpenFiles();
      const directory = openDirectory(host, files, held);
      const grants = [
        { directory, guest: "/", readOnly: false },
        { directory, guest: "/ro", readOnly: true },
      ];
      [[root], [readOnly]] = preopens(files, grants).getDirectories() as [[Descriptor, string], [Descriptor, string]];
    });

    afterEach(() => {
      files.closeAll();
      rmSync(outside, { recursive: true });
    });

    const read = (path: string, from: Descriptor = root): string =>
      text(from.openAt(follow, path, {}, { read: true }).read(100n, 0n)[0]);

    describe("inside", () => {
      test("files are read, written and listed", () => {
        const file = root.openAt({}, "new", { create: true }, { read: true, write: true });
        assert.equal(file.write(bytes("0123456789"), 0n), 10n);
        assert.equal(file.write(bytes("xy"), 4n), 2n);
        assert.deepEqual(file.read(4n, 3n), [bytes("3xy6"), false]);
        assert.deepEqual(file.read(4n, 10n), [new Uint8Array(), true]);
        assert.deepEqual(file.read(0n, 0n), [new Uint8Array(), false]);
        file.setSize(2n);
        assert.equal(file.stat().size, 2n);
        assert.equal(file.stat().type, "regular-file");
        file.sync();
        file.syncData();
        file.advise(0n, 10n, "sequential");
        file[Symbol.dispose]();
        assert.equal(readFileSync(join(host, "new"), "utf8"), "01");

        const entries = root.readDirectory();
        const names = new Map<string, string>();
        for (let entry = entries.readDirectoryEntry(); entry !== undefined; entry = entries.readDirectoryEntry())
          names.set(entry.name, entry.type);
        assert.deepEqual([...names].sort(), [
          ["a", "directory"],
          ["f", "regular-file"],
          ["new", "regular-file"],
        ]);
      });

      test("streams keep their place, and the file when the descriptor is dropped", () => {
        const file = root.openAt({}, "f", {}, { read: true, write: true });
        const input = file.readViaStream(1n);
        const output = file.writeViaStream(1n);
        const appended = file.appendViaStream();
        file[Symbol.dispose]();
        assert.equal(text(input.read(2n)), "el");
        output.write(bytes("E"));
        output.blockingWriteAndFlush(bytes("L"));
        appended.write(bytes("!"));
        appended.write(bytes("?"));
        assert.equal(text(input.blockingRead(100n)), "lo!?");
        assert.throws(() => input.read(1n), { tag: "closed" });
        for (const stream of [input, output, appended]) stream[Symbol.dispose]();
        assert.equal(readFileSync(join(host, "f"), "utf8"), "hELlo!?");
      });

      test("nothing is lost when another process appends to the same file", { skip: !held }, async () => {
        const LINES = 30_000;
        const path = join(host, "log");
        writeFileSync(path, "");
        const program = `const { openSync, writeSync } = require("node:fs"), fd = openSync(process.argv[1], "a");
          for (let i = 0; i < ${LINES}; i++) writeSync(fd, "other\\n");`;
        const ended = once(spawn(process.execPath, ["-e", program, path]), "exit");
        const log = root.openAt({}, "log", {}, { write: true }).appendViaStream();
        while (statSync(path).size === 0) await setTimeout(1);
        for (let i = 0; i < LINES; i++) log.write(bytes("guest\n"));
        await ended;
        assert.equal(readFileSync(path, "utf8").length, 2 * LINES * 6);
      });

      test("paths may wander as long as they stay inside", () => {
        symlinkSync("a/b", join(host, "link"));
        symlinkSync("../f", join(host, "a/up"));
        for (const path of ["f", "./f", "a/../f", "a//b/../../f", "a/up", "link/../up", "a/b/./../up"])
          assert.equal(read(path), "hello", path);
        assert.equal(read("link/g"), "deep");
        const inner = root.openAt({}, "a/b", { directory: true }, { read: true });
        assert.equal(read("g", inner), "deep");
        assert.equal(root.statAt({}, "link").type, "symbolic-link");
        assert.equal(root.statAt(follow, "link").type, "directory");
        assert.equal(root.statAt({}, "link/").type, "directory");
        assert.equal(root.readlinkAt("link"), "a/b");
        assert.equal(root.statAt({}, ".").type, "directory");
        assert.equal(root.statAt({}, "a/..").type, "directory");
      });

      test("a descriptor stays with its directory when that is renamed", { skip: !held }, () => {
        const inner = root.openAt({}, "a", { directory: true }, { read: true });
        root.renameAt("a", root, "z");
        assert.equal(read("b/g", inner), "deep");
      });

      test("names are made, linked, moved and removed", () => {
        root.createDirectoryAt("d/");
        root.renameAt("f", root, "d/f");
        root.linkAt({}, "d/f", root, "f2");
        root.symlinkAt("d/f", "s");
        assert.equal(read("s"), "hello");
        assert.equal(root.statAt({}, "f2").linkCount, 2n);
        assert.ok(root.openAt({}, "f2", {}, {}).isSameObject(root.openAt({}, "d/f", {}, {})));
        assert.deepEqual(root.metadataHashAt({}, "f2"), root.metadataHashAt(follow, "s"));
        assert.notDeepEqual(root.metadataHashAt({}, "f2"), root.metadataHashAt({}, "s"));
        assert.deepEqual(root.metadataHash(), root.metadataHashAt({}, "."));
        root.unlinkFileAt("s");
        root.unlinkFileAt("f2");
        root.unlinkFileAt("d/f");
        root.removeDirectoryAt("d");
        assert.equal(existsSync(join(host, "d")), false);
      });

      test("a slash does not have a link followed whose name is made, moved or removed", () => {
        mkdirSync(join(host, "empty"));
        symlinkSync("empty", join(host, "link"));
        symlinkSync("none", join(host, "dangling"));
        refuses(() => root.removeDirectoryAt("link/"), "not-directory");
        refuses(() => root.unlinkFileAt("link/"), "not-directory");
        refuses(() => root.renameAt("link/", root, "moved"), "not-directory");
        refuses(() => root.renameAt("a", root, "link/"), "not-directory");
        for (const path of ["dangling/", "link/", "f/"]) refuses(() => root.createDirectoryAt(path), "exist");
        assert.deepEqual(readdirSync(host).sort(), ["a", "dangling", "empty", "f", "link"]);
        root.createDirectoryAt("link/inner/");
        root.renameAt("link/inner/", root, "link/renamed/");
        assert.deepEqual(readdirSync(join(host, "empty")), ["renamed"]);
      });

      test("times are set, kept, or taken from the clock", () => {
        const at = (seconds: bigint) => ({ tag: "timestamp", val: { seconds, nanoseconds: 500_000_000 } }) as const;
        root.setTimesAt({}, "f", at(1_000n), at(2_000n));
        assert.equal(statSync(join(host, "f")).atimeMs, 1_000_500);
        assert.deepEqual(root.statAt({}, "f").dataModificationTimestamp, { seconds: 2_000n, nanoseconds: 500_000_000 });
        const file = root.openAt({}, "f", {}, { read: true });
        file.setTimes({ tag: "no-change" }, { tag: "now" });
        assert.deepEqual(file.stat().dataAccessTimestamp, { seconds: 1_000n, nanoseconds: 500_000_000 });
        assert.ok(file.stat().dataModificationTimestamp.seconds > 1_700_000_000n);
        symlinkSync("f", join(host, "s"));
        root.setTimesAt(follow, "s", at(7n), at(7n));
        assert.equal(statSync(join(host, "f")).mtimeMs, 7_500);
        root.openAt({}, "a", {}, { read: true }).setTimes(at(9n), at(9n));
        assert.equal(statSync(join(host, "a")).mtimeMs, 9_500);
      });
    });

    describe("outside", () => {
      const escapes = [
        "..",
        "../secret",
        "a/../../secret",
        "a/b/../../../secret",
        "./..",
        "/",
        "/etc/passwd",
        "absolute",
        "absolute/",
        "relative",
        "a/deep",
        "chain",
        "dirlink/secret",
        "dirlink/../granted/f",
      ];

      beforeEach(() => {
        symlinkSync(join(outside, "secret"), join(host, "absolute"));
        symlinkSync("../secret", join(host, "relative"));
        symlinkSync("../../secret", join(host, "a/deep"));
        symlinkSync("relative", join(host, "chain"));
        symlinkSync("..", join(host, "dirlink"));
      });

      for (const path of escapes) {
        test(`${path} is not reached`, () => {
          refuses(() => root.openAt(follow, path, {}, { read: true }), "not-permitted");
          refuses(() => root.openAt(follow, path, { create: true }, { write: true }), "not-permitted");
          refuses(() => root.statAt(follow, path), "not-permitted");
          refuses(() => root.metadataHashAt(follow, path), "not-permitted");
          refuses(() => root.setTimesAt(follow, path, { tag: "now" }, { tag: "now" }), "not-permitted");
          refuses(() => root.linkAt(follow, path, root, "stolen"), "not-permitted");
          assert.equal(existsSync(join(host, "stolen")), false);
          assert.equal(readFileSync(join(outside, "secret"), "utf8"), "secret");
        });
      }

      for (const path of ["../x", "a/../../x", "/x", "dirlink/x"]) {
        test(`nothing is done at ${path}`, () => {
          refuses(() => root.createDirectoryAt(path), "not-permitted");
          refuses(() => root.symlinkAt("f", path), "not-permitted");
          refuses(() => root.renameAt("f", root, path), "not-permitted");
          refuses(() => root.renameAt(path, root, "f"), "not-permitted");
          refuses(() => root.linkAt({}, "f", root, path), "not-permitted");
          refuses(() => root.unlinkFileAt(path), "not-permitted");
          refuses(() => root.removeDirectoryAt(path), "not-permitted");
          refuses(() => root.readlinkAt(path), "not-permitted");
          assert.equal(existsSync(join(host, "f")), true);
        });
      }

      test("links that lead out can be handled, but tell nothing of the host", () => {
        refuses(() => root.readlinkAt("absolute"), "not-permitted");
        assert.equal(root.readlinkAt("relative"), "../secret");
        refuses(() => root.symlinkAt("/etc/passwd", "x"), "not-permitted");
        refuses(() => root.openAt({}, "absolute", {}, { read: true }), "loop");
        refuses(() => root.openAt({}, "relative", { create: true }, { write: true }), "loop");
        root.renameAt("absolute", root, "renamed");
        assert.equal(readlinkSync(join(host, "renamed")), join(outside, "secret"));
        root.unlinkFileAt("renamed");
        root.unlinkFileAt("dirlink");
        assert.equal(existsSync(join(outside, "secret")), true);
      });

      test("a directory that is exchanged for a link does not lead out", { skip: !held }, () => {
        const inner = root.openAt({}, "a", { directory: true }, { read: true });
        root.renameAt("a", root, "moved");
        symlinkSync("..", join(host, "a"));
        refuses(() => inner.openAt({}, "secret", {}, { read: true }), "no-entry");
        refuses(() => root.openAt({}, "a/secret", {}, { read: true }), "not-permitted");
      });

      test("one step never follows a link, whatever was there before", () => {
        const directory = openDirectory(host, files, held);
        for (const name of ["dirlink", "relative", "f"]) refuses(() => directory.enter(name), "not-directory");
        refuses(() => directory.enter("none"), "no-entry");
        directory.enter("a").release();
      });

      test("links that go round in circles end", () => {
        symlinkSync("round2", join(host, "round1"));
        symlinkSync("round1", join(host, "round2"));
        refuses(() => root.statAt(follow, "round1"), "loop");
        refuses(() => root.statAt({}, "round1/x"), "loop");
      });
    });

    describe("read-only", () => {
      test("what is there can be looked at and read", () => {
        assert.equal(read("a/b/g", readOnly), "deep");
        assert.equal(readOnly.statAt({}, "f").size, 5n);
        assert.deepEqual(readOnly.getFlags().mutateDirectory, false);
        assert.deepEqual(root.getFlags().mutateDirectory, true);
      });

      test("nothing is changed, not even by what is opened in it", () => {
        const inner = readOnly.openAt({}, "a", { directory: true }, { read: true });
        for (const descriptor of [readOnly, inner]) {
          const attempts: (() => unknown)[] = [
            () => descriptor.openAt({}, "f", {}, { write: true }),
            () => descriptor.openAt({}, "f", { truncate: true }, { read: true }),
            () => descriptor.openAt({}, "x", { create: true }, { read: true }),
            () => descriptor.openAt({}, ".", { directory: true }, { mutateDirectory: true }),
            () => descriptor.createDirectoryAt("x"),
            () => descriptor.removeDirectoryAt("b"),
            () => descriptor.unlinkFileAt("f"),
            () => descriptor.symlinkAt("f", "x"),
            () => descriptor.linkAt({}, "f", root, "x"),
            () => root.linkAt({}, "f", descriptor, "x"),
            () => descriptor.renameAt("f", root, "x"),
            () => root.renameAt("f", descriptor, "x"),
            () => descriptor.setTimes({ tag: "now" }, { tag: "now" }),
            () => descriptor.setTimesAt({}, "f", { tag: "now" }, { tag: "now" }),
          ];
          for (const attempt of attempts) refuses(attempt, "read-only");
        }
        const file = readOnly.openAt({}, "f", {}, { read: true });
        refuses(() => file.setTimes({ tag: "now" }, { tag: "now" }), "read-only");
        refuses(() => file.write(bytes("x"), 0n), "bad-descriptor");
        refuses(() => file.writeViaStream(0n), "bad-descriptor");
        refuses(() => file.appendViaStream(), "bad-descriptor");
        refuses(() => file.setSize(0n), "invalid");
        assert.equal(readFileSync(join(host, "f"), "utf8"), "hello");
      });
    });

    test("errors are told as the operating system's", () => {
      const cases: [string, () => unknown][] = [
        ["no-entry", () => root.openAt({}, "none", {}, { read: true })],
        ["no-entry", () => root.openAt({}, "", {}, { read: true })],
        ["no-entry", () => root.statAt({}, "none/x")],
        ["not-directory", () => root.statAt({}, "f/x")],
        ["not-directory", () => root.statAt({}, "f/")],
        ["not-directory", () => root.openAt({}, "f", { directory: true }, { read: true })],
        ["is-directory", () => root.openAt({}, "a", {}, { read: true, write: true })],
        ["is-directory", () => root.openAt({}, "x/", { create: true }, { write: true })],
        ["is-directory", () => root.unlinkFileAt("a")],
        ["is-directory", () => root.read(1n, 0n)],
        ["is-directory", () => root.readViaStream(0n)],
        ["exist", () => root.openAt({}, "f", { create: true, exclusive: true }, { write: true })],
        ["exist", () => root.createDirectoryAt("a")],
        ["not-empty", () => root.removeDirectoryAt("a")],
        ["not-directory", () => root.removeDirectoryAt("f")],
        ["not-directory", () => root.openAt({}, "f", {}, { read: true }).readDirectory()],
        ["not-directory", () => root.openAt({}, "f", {}, { read: true }).statAt({}, "x")],
        ["not-directory", () => root.renameAt("f", root, "x/")],
        ["no-entry", () => root.symlinkAt("f", "x/")],
        ["invalid", () => root.readlinkAt("f")],
        ["invalid", () => root.statAt({}, "a\0b")],
        ["unsupported", () => root.openAt({}, "f", {}, { read: true, fileIntegritySync: true })],
        ["bad-descriptor", () => root.openAt({}, "f", {}, { write: true }).read(1n, 0n)],
        ["bad-descriptor", () => root.advise(0n, 0n, "normal")],
        ["file-too-large", () => root.openAt({}, "f", {}, { read: true }).read(1n, 2n ** 64n - 1n)],
        ["file-too-large", () => root.openAt({}, "f", {}, { write: true }).setSize(2n ** 63n)],
        ["name-too-long", () => root.statAt({}, "x".repeat(300))],
        ["name-too-long", () => root.statAt({}, `${"./".repeat(2048)}f`)],
        // So many names have no room in an array, at which an engine ends the process.
        ["name-too-long", () => root.statAt({}, `f${"/".repeat(2 ** 28 - 2)}`)],
      ];
      for (const [code, operation] of cases) refuses(operation, code);
    });

    test("after the end everything is a bad descriptor", () => {
      const file = root.openAt({}, "f", {}, { read: true });
      const stream = file.readViaStream(0n);
      files.closeAll();
      refuses(() => file.stat(), "bad-descriptor");
      assert.throws(() => stream.read(1n), { tag: "last-operation-failed" });
      assert.throws(() => stream.read(1n), { tag: "closed" });
      if (held) refuses(() => root.statAt({}, "f"), "bad-descriptor");
    });
  });
}

const permission = process.allowedNodeEnvironmentFlags.has("--permission");

test("a directory that Node's permissions allow can be granted, though descriptors' paths are not", {
  skip: !permission,
}, () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "gantry-wasi-")));
  const program = `
    import { openDirectory } from ${JSON.stringify(new URL(`../../../src/wasi/directory${ending}`, import.meta.url))};
    import { preopens } from ${JSON.stringify(new URL(`../../../src/wasi/filesystem${ending}`, import.meta.url))};
    import { OpenFiles } from ${JSON.stringify(new URL(`../../../src/wasi/open-file${ending}`, import.meta.url))};
    const files = new OpenFiles();
    const directory = openDirectory(${JSON.stringify(root)}, files);
    const [[granted]] = preopens(files, [{ directory, guest: "/", readOnly: false }]).getDirectories();
    granted.createDirectoryAt("made");`;
  const here = fileURLToPath(new URL("../../..", import.meta.url));
  const allowed = [`--allow-fs-read=${root}/`, `--allow-fs-write=${root}/`, `--allow-fs-read=${here}`];
  const ran = spawnSync(process.execPath, ["--permission", ...allowed, "--input-type=module", "-e", program]);
  assert.equal(
    ran.stderr
      .toString()
      .replace(/\(node:.*|\(Use.*/g, "")
      .trim(),
    "",
  );
  assert.deepEqual(readdirSync(root), ["made"]);
  rmSync(root, { recursive: true });
});
