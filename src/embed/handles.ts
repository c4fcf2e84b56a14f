/**
 * Objects of guests' resources: what the host owns of them, or has borrowed. A class for each resource of each instance, and
 * what its objects hold in private fields: engines find those fastest, and nobody else does.
 */
import { pascalCase } from "../abi/js-names.ts";
import { ComponentError } from "../errors/component-error.ts";
import { type CallScope, hostDropper, type Rep, type ResourceType } from "../runtime/resources.ts";
import { disposeSymbol } from "./dispose.ts";

/** The class of a guest's resource. */
export type GuestClass = new (...args: unknown[]) => object;

/** A class, and what is done with its objects. What takes a `value` throws if that is none of them, but for `has`. */
export interface Handles {
  readonly Class: GuestClass;
  /** Whether `value` is one of the objects. */
  readonly has: (value: unknown) => boolean;
  /** The representation, until `endLoan` if that is counted; `undefined` if the object can be used no longer. */
  readonly lend: (value: unknown, isCounted: boolean) => Rep | undefined;
  readonly endLoan: (value: unknown) => void;
  /** The representation, which is the host's no longer; `undefined` if it is not the host's to give. */
  readonly take: (value: unknown) => Rep | undefined;
  /** Undoes `take`. */
  readonly giveBack: (value: unknown) => void;
  /** An object for what is owned. */
  readonly own: (rep: Rep) => object;
  /** An object for what is borrowed until `scope` ends. */
  readonly borrow: (rep: Rep, scope: CallScope) => object;
  /** What `[Symbol.dispose]()` does. */
  readonly drop: (value: unknown) => void;
  /** Why `take` (of what is to be `own`) or `lend` refuses an object; `undefined` if it does not. */
  readonly fault: (value: unknown, wanted: "own" | "borrow") => string | undefined;
}

/**
 * Makes the class of a resource. `construct` gives the representation of what is new.
 *
 * All that is asked each time is in variables around the functions that ask: those are constants to engines, and those of
 * modules are not.
 */
export function makeHandles(type: ResourceType, construct: (...args: unknown[]) => Rep): Handles {
  /**
   * The states. One is added for each running call that an object is lent to, up to `LENT`. It is one number, since that is
   * what engines write fastest, and most calls ask for no more than whether it is below `DROPPED`: from there on an object
   * cannot be used any longer.
   */
  const OWN = 0;
  const LENT = 0xffffff;
  /** Owned, and to be dropped when the object is collected. */
  const WATCHED = 0x1000000;
  const BORROWED = 0x2000000;
  const DROPPED = 0x3000000;
  const GIVEN_AWAY = 0x4000000;
  const RETURNED = 0x5000000;
  type State = typeof OWN | typeof WATCHED | typeof BORROWED | typeof DROPPED | typeof GIVEN_AWAY | typeof RETURNED;

  const name = pascalCase(type.name);
  /** What the constructor is given before a representation that there is already. */
  const existing = {};
  const dropRep = hostDropper(type);
  let functions!: Omit<Handles, "Class"> & {
    readonly isUsable: (handle: Handle) => boolean;
    readonly watch: (handle: Handle) => void;
  };

  // Made so, the class has no other name: engines tell it where the class is called without `new`.
  const classes = {
    [name]: class {
      readonly #rep: Rep;
      #state: number = OWN;

      constructor(...args: unknown[]) {
        this.#rep = args[0] === existing ? args[1] : construct(...args);
        see(this);
      }

      static {
        functions = {
          isUsable: (handle) => handle.#state < DROPPED,
          watch: (handle) => {
            if (handle.#state > LENT) return;
            handle.#state += WATCHED;
            lost.register(handle, { drop: dropRep, rep: handle.#rep }, handle);
          },
          has: (value) => #state in Object(value),
          lend: (value, isCounted) => {
            const handle = value as Handle;
            const state = handle.#state;
            if (state >= DROPPED) return undefined;
            if (isCounted) handle.#state = state + 1;
            return handle.#rep;
          },
          endLoan: (value) => {
            (value as Handle).#state--;
          },
          take: (value) => {
            const handle = value as Handle;
            const state = handle.#state;
            if (state !== OWN && state !== WATCHED) return undefined;
            become(handle, GIVEN_AWAY);
            return handle.#rep;
          },
          giveBack: (value) => {
            (value as Handle).#state = OWN;
            see(value as Handle);
          },
          own: (rep) => new Class(existing, rep),
          borrow: (rep, scope) => {
            const handle = new Class(existing, rep);
            handle.#state = BORROWED;
            scope.addLender({ release: () => become(handle, RETURNED) });
            return handle;
          },
          drop: (value) => {
            const handle = value as Handle;
            if (handle.#state !== OWN && !owns(handle)) return;
            handle.#state = DROPPED;
            dropRep(handle.#rep);
          },
          fault: (value, wanted) => {
            const state = (value as Handle).#state;
            const lends = state & LENT;
            switch ((state - lends) as State) {
              case OWN:
              case WATCHED:
                return wanted === "own" && lends > 0 ? "it is lent to a call that is still running" : undefined;
              case BORROWED:
                return wanted === "own" ? "it is only borrowed" : undefined;
              case DROPPED:
                return "it has been dropped";
              case GIVEN_AWAY:
                return "it has been given away";
              case RETURNED:
                return "it was borrowed for a call that has returned";
            }
          },
        };
        /** Whether what is to be dropped is owned; if it is not, that is all. */
        function owns(handle: Handle): boolean {
          const state = handle.#state;
          if (state >= DROPPED) return false;
          if ((state & LENT) !== 0) {
            const reason = `a ${type.name} cannot be dropped: it is lent to a call that is still running`;
            throw new ComponentError("call", "lent", reason);
          }
          become(handle, DROPPED);
          return state === WATCHED;
        }

        /** It can be used no longer, for which `state` is why. */
        function become(handle: Handle, state: State): void {
          const before = handle.#state;
          if (before === WATCHED) lost.unregister(handle);
          handle.#state = state + (before & LENT);
        }
      }
    },
  };
  const Class = classes[name]!;
  type Handle = InstanceType<typeof Class>;
  const { isUsable, watch, has, drop } = functions;
  define(Class.prototype, disposeSymbol(), function (this: unknown) {
    try {
      drop(this);
    } catch (error) {
      throw has(this) ? error : new TypeError(`this is no ${name}`);
    }
  });

  /**
   * Objects that own something and are not yet watched. To watch one costs more than all else that is done with it, and most
   * are disposed of or given away soon. So they have until the end of the JavaScript that is running now, and one that is gone
   * when the next is made is not even kept.
   *
   * A new object takes over every so often, since to write to one that has grown old costs engines several times as much.
   */
  let seen: { newest: Handle; readonly kept: Handle[]; left: number } | undefined;
  const watchSeen = () => {
    if (seen === undefined) return;
    const { newest, kept } = seen;
    seen = undefined;
    for (const each of kept) watch(each);
    watch(newest);
  };
  const seeFirst = (handle: Handle) => {
    seen = { newest: handle, kept: [], left: 1000 };
    queueMicrotask(watchSeen);
  };
  /** Takes notice of an object that owns something: it is watched soon, unless it is gone by then. */
  const seeOwned = (handle: Handle) => {
    const now = seen;
    if (now === undefined) {
      seeFirst(handle);
      return;
    }
    const before = now.newest;
    now.newest = handle;
    if (isUsable(before)) now.kept.push(before);
    if (--now.left === 0) watchSeen();
  };
  // Without a destructor nobody could tell whether it was dropped.
  const see = type.destructor === undefined ? () => {} : seeOwned;
  return { Class, ...functions };
}

/** Drops what an object owned that was collected. */
const lost = new FinalizationRegistry<{ readonly drop: (rep: Rep) => void; readonly rep: Rep }>(({ drop, rep }) => {
  try {
    drop(rep);
  } catch {
    // Nobody is there to be told. The store is poisoned by it, so the next call says what happened.
  }
});

/** Defines what is no property of its own kind, as classes do with their methods. */
export function define(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
