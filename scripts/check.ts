/** `npm run check`: the inner loop. Types, style, floors, unit and golden tests, the fast scripts; less than a minute. */
import { checks, ownScripts, unitTests } from "./inner-loop.ts";
import { runSteps } from "./steps.ts";

runSteps([...checks, unitTests, ownScripts]);
