#!/usr/bin/env node
/** The `gantry` command. */
import module from "node:module";

// Node keeps what it compiles for the next time, which starts the command in a fraction of the time; where it can.
module.enableCompileCache?.();

process.stdout.on("error", unwritten);
// There is nobody left to tell that; the exit code does.
process.stderr.on("error", () => {});

const { main } = await import("./program.ts");
const code = await main(process.argv.slice(2));
// A guest may have left threads that wait for input; what it wrote is written before they are ended.
process.stdout.write("", (error) => {
  if (error) return unwritten(error);
  process.stderr.write("", () => process.exit(code));
});

function unwritten({ code, message }: NodeJS.ErrnoException): void {
  // Whoever reads the output may have had enough, as `head` has.
  if (code === "EPIPE") process.exit();
  process.stderr.write(`gantry: the standard output: ${message}\n`, () => process.exit(1));
}
