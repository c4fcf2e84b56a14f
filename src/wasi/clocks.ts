/** `wasi:clocks`: the time of day and the time that passes. Neither is a capability that could be refused. */
import { now, Pollable } from "./poll.ts";

export interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/** `wasi:clocks/monotonic-clock` */
export const monotonicClock = {
  now,
  resolution(): bigint {
    return 1n;
  },
  subscribeInstant(at: bigint): Pollable {
    return new Pollable({ kind: "instant", at });
  },
  subscribeDuration(duration: bigint): Pollable {
    return new Pollable({ kind: "instant", at: now() + duration });
  },
};

/** `wasi:clocks/wall-clock` */
export const wallClock = {
  now(): Datetime {
    const milliseconds = Date.now();
    return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanoseconds: (milliseconds % 1000) * 1_000_000 };
  },
  resolution(): Datetime {
    return { seconds: 0n, nanoseconds: 1_000_000 };
  },
};

/** `wasi:clocks/timezone`: guests live in UTC, where the host is is none of their business. */
export const timezone = {
  display(_when: Datetime): {
    readonly utcOffset: number;
    readonly name: string;
    readonly inDaylightSavingTime: boolean;
  } {
    return { utcOffset: 0, name: "UTC", inDaylightSavingTime: false };
  },
  utcOffset(_when: Datetime): number {
    return 0;
  },
};
