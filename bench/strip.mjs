// Lets a Node that knows no TypeScript run these files: `node --import ./bench/strip.mjs bench/bench.ts`.
import { register } from "node:module";

register("./strip-hooks.mjs", import.meta.url);
