/**
 * Builds the guest components under test/fixtures/ and examples/ from their sources.
 *
 *   node scripts/build-fixtures.ts             builds them in place
 *   node scripts/build-fixtures.ts --check     builds them elsewhere and compares byte for byte
 *
 * The C ones need the Debian packages that test/fixtures/README.md names. Where a tool is missing, or is of
 * another version than the committed files were built with, `--check` says so and passes over what needs it.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse as componentFromText } from "@bytecodealliance/jco-transpile/wasm-tools";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where Debian puts the tools; each can be overridden by the environment. */
const paths = {
  clang: process.env["FIXTURES_CLANG"] ?? "/usr/bin/clang-22",
  lld: process.env["FIXTURES_WASM_LD"] ?? "/usr/bin/wasm-ld-22",
  componentLd:
    process.env["FIXTURES_WASM_COMPONENT_LD"] ?? "/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/wasm-component-ld",
  headers: process.env["FIXTURES_WASI_INCLUDE"] ?? "/usr/include/wasm32-wasi",
  libraries: process.env["FIXTURES_WASI_LIB"] ?? "/usr/lib/wasm32-wasi",
  builtins: process.env["FIXTURES_CLANG_RT"] ?? "/usr/lib/llvm-22/lib/clang/22/lib/wasi/libclang_rt.builtins-wasm32.a",
};

/** A part of the toolchain, and what identifies the version that the committed files were built with. */
interface Tool {
  readonly path: string;
  readonly debianPackage: string;
  /** What `--version` has to mention, or the start of the SHA-256 of a library. */
  readonly version?: string;
  readonly sha256?: string;
}

const tools: readonly Tool[] = [
  { path: paths.clang, debianPackage: "clang-22", version: "22.1.8 (1~deb12u1)" },
  { path: paths.lld, debianPackage: "lld-22", version: "LLD 22.1.8" },
  { path: paths.componentLd, debianPackage: "rust-web-llvm", version: "0.5.22" },
  { path: paths.headers, debianPackage: "wasi-libc" },
  { path: join(paths.libraries, "libc.a"), debianPackage: "wasi-libc", sha256: "b4d69bce4aba85f9" },
  { path: paths.builtins, debianPackage: "libclang-rt-22-dev-wasm32", sha256: "26f4437a5e815546" },
];

interface Fixture {
  /** The component, relative to the root of the repository. */
  readonly output: string;
  readonly toolchain: "c" | "text";
  /** Builds the component at `target`; `scratch` is a directory for what comes up in between. */
  build(target: string, scratch: string): Promise<void>;
}

const fixtures: readonly Fixture[] = [
  {
    output: "test/fixtures/files/files.wasm",
    toolchain: "c",
    async build(target, scratch) {
      const object = compile("test/fixtures/files/files.c", scratch);
      link(target, "command", [
        join(paths.libraries, "crt1-command.o"),
        object,
        // Before libc: its printf is half the size without floating point.
        ...libraries("c-printscan-no-floating-point", "c"),
      ]);
    },
  },
  {
    output: "test/fixtures/plugin/plugin.wasm",
    toolchain: "c",
    async build(target, scratch) {
      const object = compile("test/fixtures/plugin/plugin.c", scratch);
      link(target, "none", [
        "--component-type",
        join(root, "test/fixtures/plugin/plugin.wit"),
        join(paths.libraries, "crt1-reactor.o"),
        "--entry",
        "_initialize",
        object,
        ...libraries("c"),
      ]);
    },
  },
  {
    output: "test/fixtures/exit/exit.wasm",
    toolchain: "c",
    async build(target, scratch) {
      const object = compile("test/fixtures/exit/exit.c", scratch);
      link(target, "none", ["--component-type", join(root, "test/fixtures/exit/exit.wit"), "--no-entry", object]);
    },
  },
  {
    output: "test/fixtures/composed/composed.wasm",
    toolchain: "text",
    async build(target) {
      const text = readFileSync(join(root, "test/fixtures/composed/composed.wat"), "utf8");
      writeFileSync(target, await componentFromText(text));
    },
  },
  {
    output: "examples/greeter/greeter.wasm",
    toolchain: "text",
    async build(target) {
      const text = readFileSync(join(root, "examples/greeter/greeter.wat"), "utf8");
      writeFileSync(target, await componentFromText(text));
    },
  },
  {
    output: "examples/hello/hello.wasm",
    toolchain: "c",
    async build(target, scratch) {
      const object = compile("examples/hello/hello.c", scratch);
      link(target, "none", ["--component-type", join(root, "examples/hello/hello.wit"), "--no-entry", object]);
    },
  },
];

/** Compiles one C file and returns the path of the object file. */
function compile(source: string, scratch: string): string {
  const object = join(scratch, "object.o");
  const headers = ["-nostdlibinc", "-isystem", paths.headers]; // else the host's headers are found
  const warnings = ["-Wall", "-Wextra", "-Werror", "-Wno-deprecated"]; // the target has a newer name
  run(paths.clang, ["--target=wasm32-wasi", "-std=c23", "-Oz", ...headers, ...warnings, "-c", source, "-o", object]);
  return object;
}

function libraries(...names: string[]): string[] {
  return [`-L${paths.libraries}`, ...names.map((name) => `-l${name}`), paths.builtins];
}

/** Links a core module and makes a component of it. */
function link(target: string, adapter: "command" | "none", rest: readonly string[]): void {
  const options = ["--wasm-ld-path", paths.lld, "--wasi-adapter", adapter, "--strip-all"];
  run(paths.componentLd, [...options, "-o", target, ...rest]);
}

/** Runs a tool in the root of the repository; what it prints is shown, a failure of it is ours. */
function run(command: string, parameters: readonly string[]): void {
  execFileSync(command, parameters, { cwd: root, stdio: "inherit" });
}

/** Why the C components cannot be built here exactly as they were committed; nothing when they can. */
function toolchainProblem(): { readonly missing: boolean; readonly sentence: string } | undefined {
  for (const tool of tools) {
    const { path, debianPackage } = tool;
    if (!existsSync(path)) return { missing: true, sentence: `${path} (Debian package ${debianPackage}) is not here` };
  }
  for (const { path, debianPackage, version, sha256 } of tools) {
    const other = { missing: false, sentence: `${path} (Debian package ${debianPackage}) is of another version` };
    if (version !== undefined && !execFileSync(path, ["--version"], { encoding: "utf8" }).includes(version))
      return other;
    if (sha256 !== undefined && !digest(readFileSync(path)).startsWith(sha256)) return other;
  }
  return undefined;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Builds everything that can be built here; returns whether all of it came out as it should. */
async function main(check: boolean): Promise<boolean> {
  const problem = toolchainProblem();
  const scratch = mkdtempSync(join(tmpdir(), "gantry-fixtures-"));
  let good = true;
  try {
    for (const { output, toolchain, build } of fixtures) {
      if (toolchain === "c" && problem !== undefined && (check || problem.missing)) {
        console.log(
          `${check ? "skipped: " : ""}${output}: ${check ? "not checked" : "not built"}, since ${problem.sentence}`,
        );
        good &&= check;
        continue;
      }
      const committed = join(root, output);
      const target = check ? join(scratch, output) : committed;
      mkdirSync(dirname(target), { recursive: true });
      await build(target, scratch);

      const bytes = readFileSync(target);
      const same = existsSync(committed) && bytes.equals(readFileSync(committed));
      good &&= same;
      const verdict = check ? (same ? "same as committed, " : "DIFFERS from what is committed, ") : "";
      console.log(`${output}: ${verdict}${bytes.length} bytes, sha256 ${digest(bytes).slice(0, 16)}`);
    }
    if (!check && problem !== undefined && !problem.missing) {
      console.log(`These may differ from what other machines build: ${problem.sentence}.`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return good;
}

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
if (!(await main(values.check))) process.exitCode = 1;
