/** `gantry/wast`: running test scripts against gantry, or against any host. */
export type { Constant } from "./constants.ts";
export { createHost } from "./gantry-host.ts";
export type { Host, HostOptions } from "./host.ts";
export { type Outcome, type RunOptions, runScript } from "./run.ts";
export { type AssembledDirective, type Assembler, assembleScript, type Directive, readScript } from "./script.ts";
export { ScriptError } from "./sexpr.ts";
