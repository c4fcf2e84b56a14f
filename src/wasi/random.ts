/** `wasi:random`, from the operating system's generator throughout: it is fast enough to serve as the insecure one. */
import { randomFillSync } from "node:crypto";

/** More than any guest needs at once; a larger request would only let it exhaust the host's memory. */
const MAX_BYTES = 1n << 28n;

function bytes(length: bigint): Uint8Array {
  if (length > MAX_BYTES) throw new RangeError(`a guest asks for ${length} random bytes`);
  return randomFillSync(new Uint8Array(Number(length)));
}

function u64(): bigint {
  return randomFillSync(new BigUint64Array(1))[0]!;
}

/** `wasi:random/random` */
export const random = { getRandomBytes: bytes, getRandomU64: u64 };

/** `wasi:random/insecure` */
export const insecure = { getInsecureRandomBytes: bytes, getInsecureRandomU64: u64 };

/** `wasi:random/insecure-seed` */
export const insecureSeed = {
  insecureSeed(): readonly [bigint, bigint] {
    return [u64(), u64()];
  },
};
