/** `gantry run`: runs a component as a program. */
import { type GuestOptions, startGuest } from "./guest.ts";

/** Resolves to the guest's exit code. */
export async function run(file: string, args: readonly string[], options: GuestOptions): Promise<number> {
  const guest = await startGuest(file, args, options);
  return guest.wasi.run(guest.instance);
}
