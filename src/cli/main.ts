#!/usr/bin/env node
/** The `gantry` command. */
import { main } from "./program.ts";

// Whoever reads the output may have had enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const code = await main(process.argv.slice(2));
// A guest may have left threads that wait for input; what it wrote is written before they are ended.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
