import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ending } from "../ending.ts";

const room = new URL("../../../src/wasi/", import.meta.url).href;

const folder = mkdtempSync(join(tmpdir(), "gantry-stdio-"));
after(() => rmSync(folder, { recursive: true }));
let programs = 0;

/** The arguments for a process that uses the standard streams as a guest with all of them inherited would. */
function program(source: string): string[] {
  const prelude = `
    import { cli } from "${room}cli${ending}";
    import { monotonicClock } from "${room}clocks${ending}";
    import { poll } from "${room}poll${ending}";
    const host = cli({ stdin: "inherit", stdout: "inherit", stderr: "inherit" });
    const [stdin, stdout, stderr] = [host.stdin.getStdin(), host.stdout.getStdout(), host.stderr.getStderr()];
    const say = (text) => stdout.blockingWriteAndFlush(new TextEncoder().encode(text));
    const read = (how, length = 1000n) => {
      try {
        return new TextDecoder().decode(stdin[how](length));
      } catch (error) {
        return error.tag;
      }
    };
  `;
  const file = join(folder, `${programs++}.mjs`);
  writeFileSync(file, prelude + source);
  return "deno" in process.versions ? ["run", "--allow-all", file] : ["--no-warnings", file];
}

function start(source: string): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, program(source));
}

const patience = { timeout: 20_000 };

async function output(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}

test("output is complete though the process ends at once and the reader takes its time", patience, async () => {
  const child = start(`
    for (let i = 0; i < 300; i++) stdout.write(new Uint8Array(10_000).fill(97 + (i % 26)));
    say("end");
    process.exit(3);
  `);
  await sleep(300);
  const [text, [code]] = await Promise.all([output(child.stdout), once(child, "exit")]);
  assert.equal(text.length, 3_000_003);
  assert.ok(text.endsWith("end"));
  assert.equal(code, 3);
});

test("output that is not granted is taken and goes nowhere", patience, () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    program(`
      const silent = cli({});
      for (const stream of [silent.stdout.getStdout(), silent.stderr.getStderr()]) {
        stream.blockingWriteAndFlush(new TextEncoder().encode("lost"));
      }
      say("heard");
    `),
    { encoding: "utf8" },
  );
  assert.deepEqual([stdout, stderr, status], ["heard", "", 0]);
});

test("a reader that went away is a broken pipe for the guest, and the process lives on", patience, async () => {
  const child = start(`
    try {
      for (;;) stdout.write(new Uint8Array(10_000));
    } catch (error) {
      stderr.write(new TextEncoder().encode(error.tag + ": " + error.val.toDebugString()));
    }
  `);
  child.stdout.destroy();
  const [text, [code]] = await Promise.all([output(child.stderr), once(child, "exit")]);
  assert.match(text, /^last-operation-failed: (EPIPE|Broken pipe)/);
  assert.equal(code, 0);
});

test("a guest that waits for input gets it as it comes", patience, async () => {
  const child = start(`
    for (let text = read("blockingRead"); ; text = read("blockingRead")) {
      say("[" + text + "]");
      if (text === "closed") break;
    }
  `);
  child.stdin.write("one");
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    text += chunk;
    if (text === "[one]") child.stdin.end("two");
  }
  assert.equal(text, "[one][two][closed]");
});

test("a guest may ask whether there is input, and be woken by time or by input", patience, async () => {
  const child = start(`
    const waitFor = (milliseconds) => {
      const pollables = [stdin.subscribe(), monotonicClock.subscribeDuration(BigInt(milliseconds) * 1_000_000n)];
      const woken = poll.poll(pollables);
      for (const pollable of pollables) pollable[Symbol.dispose]();
      return woken.includes(0) ? "input" : "time";
    };
    say("[" + read("read") + "]" + waitFor(20) + " ");
    say(waitFor(60_000) + " [" + read("read", 2n) + "][" + read("blockingRead") + "] ");
    say(waitFor(60_000) + " [" + read("blockingRead") + "]");
  `);
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    text += chunk;
    if (text === "[]time ") child.stdin.write("hello");
    if (text.endsWith("] ")) child.stdin.end();
  }
  assert.equal(text, "[]time input [he][llo] input [closed]");
});

test("what the worker has read is not lost", patience, async () => {
  const child = start(`
    stdin.subscribe().block();
    say("[" + read("read", 2n) + "][" + read("blockingRead") + "] ");
    stdin.subscribe().block();
    say("[" + read("blockingRead") + "]");
  `);
  child.stdin.write("hello");
  await sleep(500);
  child.stdin.end();
  assert.equal(await output(child.stdout), "[he][llo] [closed]");
});

test("files and nothing at all are read without waiting", () => {
  const source = `say("[" + read("read", 5n) + "]" + stdin.subscribe().ready() + "[" + read("blockingRead", 2n) + "]");`;
  const command = [process.execPath, ...program(source)].join(" ");
  const run = (path: string) => spawnSync("sh", ["-c", `${command} < ${path}`], { encoding: "utf8" }).stdout;
  assert.match(run(new URL(import.meta.url).pathname), /^\[impor\]true\[t \]$/);
  assert.match(run("/dev/null"), /^\[closed\]true\[closed\]$/);
});

test("terminals are reported where there are terminals", (t) => {
  const source = `
    const has = (name) => host["terminal-" + name.toLowerCase()]["getTerminal" + name]() !== undefined;
    say("<" + ["Stdin", "Stdout", "Stderr"].map(has).join() + ">");
  `;
  const piped = spawnSync(process.execPath, program(source), { encoding: "utf8" });
  assert.equal(piped.stdout, "<false,false,false>");
  const command = [process.execPath, ...program(source)].join(" ");
  const terminal = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8" });
  if (terminal.error !== undefined) t.skip("there is no `script` to make a terminal with");
  else assert.match(terminal.stdout, /<true,true,true>/);
});
