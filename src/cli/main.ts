#!/usr/bin/env node
/** The `gantry` command. */
import module from "node:module";

// Node keeps what it compiles for the next time, which starts the command in a fraction of the time; where it can.
module.enableCompileCache?.();

// Whoever reads the output may have had enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const { main } = await import("./program.ts");
const code = await main(process.argv.slice(2));
// A guest may have left threads that wait for input; what it wrote is written before they are ended.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
