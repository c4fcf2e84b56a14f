/**
 * The commands of `gantry`, their options and help.
 *
 * A command's code is loaded when it is asked for, so that help and mistakes are answered at once.
 */
import { existsSync, readFileSync } from "node:fs";
import { posix, sep } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { allFeatures, defaultFeatures, type Feature, isFeature } from "../validate/features.ts";
import type { WasiDirectory } from "../wasi/index.ts";
import { describeFailure, exitCodeOf, exitCodes, UsageError } from "./failure.ts";
import type { CompileSettings, GuestOptions } from "./guest.ts";
import { nameOf } from "./input.ts";
import type { PrintOptions } from "./print.ts";
import type { WastOptions } from "./wast.ts";

type Environment = Readonly<Record<string, string>>;

interface Common {
  readonly verbose?: true;
}

/** Runs the command line and resolves to its exit code. Errors are told on the standard error. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  const program = makeProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    process.stderr.write(`${describeFailure(error, undefined, false)}\n`);
    return exitCodeOf(error);
  }
}

/** What a command calls with its exit code. */
type Done = (code: number) => void;

function makeProgram(done: Done): Command {
  const program = new Command("gantry");
  program
    .description("Runs WebAssembly components.")
    .version(version(), "-V, --version")
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError("(gantry --help tells how)")
    .configureHelp({ showGlobalOptions: false })
    .addHelpText("after", exitCodeHelp);

  addRun(program, done);
  addCall(program, done);
  addPrint(program, done);
  addValidate(program, done);
  addWast(program, done);
  return program;
}

function addRun(program: Command, done: Done): void {
  guestOptions(command(program, "run", "Run a command: a component that exports wasi:cli/run."))
    .argument("<file>", "the component; - for the standard input")
    .argument("[args...]", "what the guest gets as its arguments")
    .passThroughOptions()
    .addHelpText(
      "after",
      `
The guest gets nothing of the machine but its arguments and the standard streams, unless an option says so.
The exit code is the guest's.

Example:
  gantry run --dir ./data::/data --env LANG=C count.wasm /data/words.txt`,
    )
    .action(async (file: string, args: string[], options: GuestOptions & Common) =>
      attempt(done, file, options, async () => (await import("./run.ts")).run(file, args, options)),
    );
}

function addCall(program: Command, done: Done): void {
  guestOptions(command(program, "call", "Call functions that a component exports."))
    .argument("<file>", "the component; - for the standard input")
    .argument("<calls...>", "calls with their arguments in WAVE, made one after another on one instance")
    .addHelpText(
      "after",
      `
Results are printed in WAVE, one to a line. A function of an exported interface is named by itself, if only one has
that name, or with its interface. An err result ends with exit code 1.

Example:
  gantry call calc.wasm 'add(1, 2)' 'docs:calc/ops@1.0.0#sum([1, 2, 3])'
  gantry call people.wasm 'greet({name: "Ada", age: some(36)})'`,
    )
    .action(async (file: string, calls: string[], options: GuestOptions & Common) =>
      attempt(done, file, options, async () => (await import("./call.ts")).call(file, calls, options)),
    );
}

function addPrint(program: Command, done: Done): void {
  featureOption(command(program, "print", "Print what a component imports and exports, as WIT."))
    .argument("<file>", "the component; - for the standard input")
    .addOption(new Option("--plan", "print the steps of its instantiation instead").conflicts("js"))
    .addOption(new Option("--js", "print the JavaScript that is generated for it instead"))
    .addHelpText("after", "\nExample:\n  gantry print plugin.wasm")
    .action(async (file: string, options: PrintOptions & Common) =>
      attempt(done, file, options, async () => (await import("./print.ts")).print(file, options)),
    );
}

function addValidate(program: Command, done: Done): void {
  featureOption(command(program, "validate", "Check that files are valid components."))
    .argument("<files...>", "components; - for the standard input")
    .addHelpText("after", "\nExample:\n  gantry validate plugin.wasm && echo fine")
    .action(async (files: string[], options: CompileSettings & Common) => {
      const { validate } = await import("./validate.ts");
      const codes: number[] = [];
      for (const file of files)
        await attempt(
          (code) => codes.push(code),
          file,
          options,
          () => validate(file, options),
        );
      done(Math.max(...codes));
    });
}

function addWast(program: Command, done: Done): void {
  compileOptions(command(program, "wast", "Run test scripts of the Component Model."), "nearly all here")
    .argument("<files...>", "scripts, and folders of scripts")
    .option("--filter <text>", "only scripts whose names contain it; name.wast:12 tells of that line alone")
    .option("--time-limit <seconds>", "for each directive", seconds, 10)
    .option("--threads <n>", "how many scripts run at once", count)
    .option("--validate-only", "only decode and validate")
    .option("--expect <file>", "a list of known failures: it fails the run if one of them passes")
    .option("--bless", "rewrite that list")
    .option("--json", "print the results as JSON")
    .addHelpText(
      "after",
      `
Scripts have components as text; @bytecodealliance/jco-transpile, which has an assembler, must be installed. Texts are
those of the current specification: (memory (core memory $i "m")), not (memory $i "m"). Where WAST_STRICT_COMPONENT_INDICES
is set to 0 in the environment, the older form is read as well.

Example:
  gantry wast --tier evaluate test/wast/strings.wast`,
    )
    .action(async (files: string[], options: WastOptions & Common) =>
      attempt(done, undefined, options, async () => (await import("./wast.ts")).wast(files, options)),
    );
}

const exitCodeHelp = `
Exit codes: 0 all went well; 1 something failed; 2 the command line is wrong; 134 the guest trapped.
With run, a guest that ends by itself decides.`;

function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .showHelpAfterError(`(gantry ${name} --help tells how)`)
    .option("-v, --verbose", "show stack traces of errors");
}

function featureOption(to: Command, preset?: string): Command {
  const note = preset === undefined ? "" : ` (${preset})`;
  const names = [...allFeatures].filter((name) => !defaultFeatures.has(name)).join(", ");
  return to.option("--features <list>", `proposals to allow, separated by commas, or "all"${note}: ${names}`, features);
}

function compileOptions(to: Command, preset?: string): Command {
  return featureOption(to, preset).addOption(
    new Option("--tier <tier>", "how functions are made: as source or as closures").choices(["jit", "evaluate"]),
  );
}

function guestOptions(to: Command): Command {
  return compileOptions(to)
    .option("--dir <host[::guest]>", "a directory that the guest may use, and its name there", directory)
    .option("--read-only-dir <host[::guest]>", "one that the guest may only read", readOnlyDirectory)
    .option("--env <name=value>", "a variable of the guest's environment; the value is your own if left out", variable)
    .option("--inherit-env", "give the guest all of your environment")
    .option("--network", "let the guest use the network");
}

function features(text: string): "all" | Feature[] {
  if (text === "all") return "all";
  return text.split(",").map((name) => {
    if (!isFeature(name))
      throw new InvalidArgumentError(`There is no "${name}"; there are ${[...allFeatures].join(", ")}.`);
    return name;
  });
}

function directory(text: string, before: readonly WasiDirectory[] = []): readonly WasiDirectory[] {
  const [host = "", guest = plainName(host), ...more] = text.split("::");
  if (host === "" || guest === "" || more.length > 0) throw new InvalidArgumentError("Expected HOST or HOST::GUEST.");
  return [...before, { host, guest }];
}

/** `./data/` as guests name it: `data`. They compare names by their letters. */
function plainName(host: string): string {
  const name = posix.normalize(host.replaceAll(sep, "/"));
  return name.length > 1 && name.endsWith("/") ? name.slice(0, -1) : name;
}

function readOnlyDirectory(text: string, before: readonly WasiDirectory[] = []): readonly WasiDirectory[] {
  return [...before, ...directory(text).map((dir) => ({ ...dir, readOnly: true }))];
}

function variable(text: string, before: Environment = {}): Environment {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  if (name === "") throw new InvalidArgumentError("Expected NAME=VALUE.");
  // What every object inherits is no variable.
  if (equals < 0 && !Object.hasOwn(process.env, name)) return before;
  const value = equals < 0 ? process.env[name]! : text.slice(equals + 1);
  return { ...before, [name]: value };
}

/** About as long as a timer can wait: one that is longer would end at once. */
const MAX_SECONDS = 2_000_000;

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("Expected a number of seconds.");
  return Math.min(value, MAX_SECONDS);
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Expected a positive number.");
  return value;
}

/** Runs a command and tells of its failure. `subject` is the file that it works on. */
async function attempt(
  done: Done,
  subject: string | undefined,
  options: Common,
  work: () => Promise<number>,
): Promise<void> {
  try {
    done(await work());
  } catch (error) {
    const about = error instanceof UsageError || subject === undefined ? undefined : nameOf(subject);
    process.stderr.write(`${describeFailure(error, about, options.verbose ?? false)}\n`);
    done(exitCodeOf(error));
  }
}

/** The package's version: its manifest is above this file, however deep a build puts that. */
function version(): string {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    const manifest = new URL("package.json", folder);
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
    if (folder.pathname === "/") return "unknown";
  }
}
