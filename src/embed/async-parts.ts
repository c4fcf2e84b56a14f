/** What `async-world.ts` loads: the asynchronous part of each room, joined. */
import { asyncCodegen } from "../codegen/compile-async.ts";
import { asyncRuntime } from "../runtime/async-state.ts";
import { asyncValues } from "./async-values.ts";
import type { AsyncWorld } from "./async-world.ts";

export const asyncWorld: AsyncWorld = { codegen: asyncCodegen, runtime: asyncRuntime(asyncValues) };
