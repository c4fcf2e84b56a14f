/** Traps that only asynchronous components know, beside all others. */
import { asyncTrapMessages } from "../errors/async-messages.ts";
import { ComponentError } from "../errors/component-error.ts";
import { trapMessages } from "../errors/messages.ts";
import { trapWith } from "./trap.ts";

const messages = { ...trapMessages, ...asyncTrapMessages };

type Words<C extends keyof typeof messages> = Parameters<(typeof messages)[C]>;

/** As `trap` of trap.ts. */
export function trapAsync<C extends keyof typeof messages>(code: C, ...words: Words<C>): never {
  const message = messages[code] as (...words: Words<C>) => string;
  return trapWith(new ComponentError("trap", code, message(...words)));
}
