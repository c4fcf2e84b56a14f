/** Hand-written glue for guests/resources.wat and guests/host-resources.wat: a table of handles, with a list of free ones. */
import type { Exports, Kit } from "./kit.ts";

interface Destructor {
  drop(rep: number): void;
}

interface Counters {
  readonly new: (start: number) => number;
  value(rep: number): number;
}

export function resources({ modules }: Kit): Exports {
  const { drop } = new WebAssembly.Instance(modules[0]!).exports as unknown as Destructor;
  const reps: number[] = [];
  const free: number[] = [];
  const newHandle = (rep: number) => {
    const index = free.length > 0 ? free.pop()! : reps.length;
    reps[index] = rep;
    return index + 1;
  };
  const core = new WebAssembly.Instance(modules[1]!, { "": { new: newHandle } }).exports as unknown as Counters;
  const { value } = core;
  const construct = core.new;

  class Counter {
    #rep: number;
    #owned = true;

    constructor(start: number) {
      const index = construct(start | 0) - 1;
      this.#rep = reps[index]!;
      free.push(index);
    }

    value(): number {
      if (!this.#owned) throw new TypeError("dropped");
      return value(this.#rep) >>> 0;
    }

    [Symbol.dispose](): void {
      if (!this.#owned) return;
      this.#owned = false;
      drop(this.#rep);
    }
  }
  return { Counter };
}

interface Users {
  value(n: number): number;
  "new-and-drop"(n: number): number;
}

export function hostResources({ modules, host }: Kit): Exports {
  const { Thing } = host;
  const things: (InstanceType<typeof Thing> | undefined)[] = [];
  const free: number[] = [];
  const core = new WebAssembly.Instance(modules[0]!, {
    host: {
      new: (v: number) => {
        const index = free.length > 0 ? free.pop()! : things.length;
        things[index] = new Thing(v >>> 0);
        return index + 1;
      },
      value: (i: number) => {
        const thing = things[i - 1];
        if (thing === undefined) throw new TypeError("no handle");
        return thing.value() | 0;
      },
      drop: (i: number) => {
        const thing = things[i - 1];
        if (thing === undefined) throw new TypeError("no handle");
        things[i - 1] = undefined;
        free.push(i - 1);
        thing[Symbol.dispose]();
      },
    },
  }).exports as unknown as Users;
  const newAndDrop = core["new-and-drop"];
  return { value: (n: number) => core.value(n | 0) >>> 0, newAndDrop: (n: number) => newAndDrop(n | 0) >>> 0 };
}
