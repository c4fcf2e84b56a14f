/** `gantry run`: runs a component as a program. */
import { commandOf } from "../wasi/run.ts";
import { type GuestOptions, startGuest } from "./guest.ts";

/** Resolves to the guest's exit code. */
export async function run(file: string, args: readonly string[], options: GuestOptions): Promise<number> {
  // Of what is no command it would be told which imports are missing, which is beside the point.
  const guest = await startGuest(file, args, options, ({ exports }) => commandOf(exports.map(({ name }) => name)));
  return guest.wasi.run(guest.instance);
}
