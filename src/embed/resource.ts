/**
 * Resources as JavaScript sees them: objects of classes.
 *
 * For a resource that the host defines, the object itself is what guests hold (by handles): lifting gives the same
 * object back, and dropping the guest's own handle disposes of it. For one that a guest defines, gantry makes a class
 * for each instance of the component; its objects hold what the host owns or has borrowed, and are checked each time
 * that they are passed. Such a class can in turn be given to another component's imports.
 */
import { pascalCase } from "../abi/js-names.ts";
import { ComponentError } from "../errors/component-error.ts";
import {
  type CallScope,
  dropFromHost,
  type HostSide,
  type Lent,
  type Rep,
  ResourceType,
} from "../runtime/resources.ts";

/** Any class, whatever its constructor takes. */
export type Class = abstract new (...args: never[]) => object;

export interface ResourceOptions<T> {
  /** Called when a guest drops its own handle, instead of `[Symbol.dispose]()`. */
  readonly drop?: (object: T) => void;
}

/** What stands for `Symbol.dispose` on engines that do not have it. */
const registeredDispose = Symbol.for("dispose");

/** Asked for each time: a polyfill may come late. */
function disposeSymbol(): symbol {
  return (Symbol as { readonly dispose?: symbol }).dispose ?? registeredDispose;
}

/** The running program's resource for each class that stands for one. */
const types: WeakMap<Class, ResourceType> = new WeakMap();
const drops: WeakMap<Class, (object: never) => void> = new WeakMap();
/** How often a class was given one: what was looked up before may be known no longer. */
let dropsGiven = 0;

/**
 * Marks a class as a resource's, and says what dropping one of its objects means. Only needed for the latter: every
 * class can be given to a linker as it is.
 */
export function resource<C extends Class>(Class: C, options: ResourceOptions<InstanceType<C>> = {}): C {
  if (options.drop !== undefined) {
    drops.set(Class, options.drop);
    dropsGiven++;
  }
  return Class;
}

/**
 * The resource that is imported when an embedder gives `Class` for it; without a class, one of which any value is.
 * The same class is always the same resource.
 */
export function importedResource(name: string, Class: Class | undefined): ResourceType {
  let type = Class && types.get(Class);
  if (type === undefined) {
    type = new ResourceType(name, undefined, disposer(Class));
    type.host = new HostDefined(Class);
    if (Class !== undefined) types.set(Class, type);
  }
  return type;
}

/** The class that stands for a resource, if there is one. */
export function classOf(type: ResourceType): Class | undefined {
  return type.host instanceof HostDefined || type.host instanceof GuestDefined ? type.host.Class : undefined;
}

/** The drop of a guest's own handle to something of the host's. */
function disposer(Class: Class | undefined): (object: unknown) => void {
  let drop: ((object: never) => void) | undefined;
  let known = 0;
  return (object) => {
    if (known !== dropsGiven) {
      drop = Class && drops.get(Class);
      known = dropsGiven;
    }
    if (drop === undefined) dispose(object);
    else drop(object as never);
  };
}

function dispose(object: unknown): void {
  const members = object as Record<symbol, unknown> | null;
  const own = members?.[disposeSymbol()] ?? members?.[registeredDispose];
  if (typeof own === "function") own.call(object);
}

// ---- Resources that the host defines

class HostDefined implements HostSide {
  readonly Class: Class | undefined;

  constructor(Class: Class | undefined) {
    this.Class = Class;
  }

  fromOwn(rep: Rep): unknown {
    return rep;
  }

  fromBorrow(rep: Rep): unknown {
    return rep;
  }

  toOwn(value: unknown): Rep | undefined {
    return this.Class === undefined || value instanceof this.Class ? value : undefined;
  }

  toBorrow(value: unknown): Rep | undefined {
    return this.toOwn(value);
  }

  lend(): undefined {}

  restore(): void {}

  fault(value: unknown): string | undefined {
    return this.toOwn(value) === undefined ? `it is no instance of ${this.Class?.name || "the class"}` : undefined;
  }
}

// ---- Resources that guests define

type State = "own" | "borrowed" | "dropped" | "given away" | "returned";

/** What an object of a guest's resource holds. The object does not hold the resource itself, so that it can be collected. */
class Held implements Lent {
  readonly type: ResourceType;
  readonly rep: Rep;
  state: State;
  /** For how many running calls it is lent. */
  lends = 0;
  /** Whether it is dropped when the object is collected. */
  watched = false;
  /** The object, until that is watched. */
  object: object | undefined = undefined;

  constructor(type: ResourceType, rep: Rep, state: State) {
    this.type = type;
    this.rep = rep;
    this.state = state;
  }

  endLoan(): void {
    this.lends--;
  }

  release(): void {
    this.lends--;
  }

  abandon(): void {
    this.lends--;
  }
}

/** Why what is held can be used no more, or not so. */
function stateFault(held: Held, handle: "own" | "borrow"): string | undefined {
  switch (held.state) {
    case "own":
      return handle === "own" && held.lends > 0 ? "it is lent to a call that is still running" : undefined;
    case "borrowed":
      return handle === "own" ? "it is only borrowed" : undefined;
    case "dropped":
      return "it has been dropped";
    case "given away":
      return "it has been given away";
    case "returned":
      return "it was borrowed for a call that has returned";
  }
}

// ---- What the host loses sight of

/** Drops what an object owned that was collected. */
const lost = new FinalizationRegistry<Held>((held) => {
  try {
    drop(held);
  } catch {
    // Nobody is there to be told. The store is poisoned by it, so the next call says what happened.
  }
});

/**
 * What objects own that are not yet watched. To watch one costs more than all else that is done with it, and most are
 * disposed of or given away soon: so they have until the end of the JavaScript that is running now. What goes before any
 * other comes leaves no trace.
 */
const fresh: Held[] = [];
const MAX_FRESH = 1000;
let watchesSoon = false;

function watch(object: object, held: Held): void {
  if (!watchesSoon) {
    watchesSoon = true;
    queueMicrotask(() => {
      watchesSoon = false;
      watchFresh();
    });
  }
  if (fresh.length >= MAX_FRESH) watchFresh();
  held.object = object;
  fresh.push(held);
}

function watchFresh(): void {
  for (const held of fresh) {
    const { object, state } = held;
    held.object = undefined;
    if (state !== "own" || object === undefined || held.watched) continue;
    held.watched = true;
    lost.register(object, held, held);
  }
  fresh.length = 0;
}

/** No longer watches for an object that is no longer the owner. */
function unwatch(held: Held): void {
  held.object = undefined;
  if (held.watched) {
    held.watched = false;
    lost.unregister(held);
  } else if (fresh[fresh.length - 1] === held) fresh.pop();
}

function drop(held: Held): void {
  if (held.state !== "own" && held.state !== "borrowed") return;
  if (held.lends > 0)
    throw new ComponentError(
      "call",
      "lent",
      `a ${held.type.name} cannot be dropped: it is lent to a call that is still running`,
    );
  const owned = held.state === "own";
  held.state = "dropped";
  if (!owned) return;
  unwatch(held);
  dropFromHost(held.type, held.rep);
}

/** The first argument of a class's constructor where an object is made of something held, and not by the guest's. */
const making: unique symbol = Symbol();

let heldBy: (value: unknown) => Held | undefined;
/** Throws if that is nothing. */
let heldOf: (value: unknown) => Held;

/** What all objects of guests' resources have. Its constructor is of use to this module alone. */
abstract class GuestObject {
  readonly #held: Held;

  constructor(token: typeof making, held: Held) {
    if (token !== making) throw new TypeError("this class has no constructor");
    this.#held = held;
  }

  static {
    heldBy = (value) => (typeof value === "object" && value !== null && #held in value ? value.#held : undefined);
    heldOf = (value) => (value as GuestObject).#held;
  }
}

/** What a guest's resource can do: the functions of its class, by their names in JavaScript. */
export interface GuestMembers {
  /** The function that makes one; without it the class cannot be constructed. */
  readonly construct: AnyFunction | undefined;
  /** They take the object as `this`. */
  readonly methods: ReadonlyMap<string, AnyFunction>;
  readonly statics: ReadonlyMap<string, AnyFunction>;
}

type AnyFunction = (...args: never[]) => unknown;
/** What `instantiate` asks for each resource that the component defines. */
export function guestDefined(type: ResourceType): HostSide {
  return new GuestDefined(type);
}

type GuestClass = new (...args: unknown[]) => object;

/** The host's side of a resource that a guest defines. */
export class GuestDefined implements HostSide {
  readonly #type: ResourceType;
  #Class: GuestClass | undefined;
  #members: (() => GuestMembers) | undefined;
  #construct: AnyFunction | undefined;

  constructor(type: ResourceType) {
    this.#type = type;
  }

  /** Gives the class its functions; `members` is asked when the class is first needed. */
  setMembers(members: () => GuestMembers): void {
    this.#members = members;
    if (this.#Class !== undefined) this.#define(this.#Class);
  }

  get Class(): GuestClass {
    if (this.#Class === undefined) {
      this.#Class = makeClass(pascalCase(this.#type.name), () => this.#construct);
      types.set(this.#Class, this.#type);
      this.#define(this.#Class);
    }
    return this.#Class;
  }

  #define(Class: GuestClass): void {
    if (this.#members === undefined) return;
    const { construct, methods, statics } = this.#members();
    this.#construct = construct;
    for (const [key, method] of methods) define(Class.prototype, key, method);
    // The one property of a function that cannot be defined anew.
    for (const [key, func] of statics) if (key !== "prototype") define(Class, key, func);
  }

  fromOwn(rep: Rep): unknown {
    const held = new Held(this.#type, rep, "own");
    const object = this.#make(held);
    // Without a destructor nobody could tell whether it was dropped.
    if (this.#type.destructor !== undefined) watch(object, held);
    return object;
  }

  fromBorrow(rep: Rep, scope: CallScope): unknown {
    const held = new Held(this.#type, rep, "borrowed");
    scope.addLender({
      endLoan() {
        held.state = "returned";
      },
    });
    return this.#make(held);
  }

  toOwn(value: unknown): Rep | undefined {
    const held = heldBy(value);
    if (held === undefined || held.type !== this.#type || held.state !== "own" || held.lends > 0) return undefined;
    held.state = "given away";
    unwatch(held);
    return held.rep;
  }

  toBorrow(value: unknown, scope: CallScope): Rep | undefined {
    const held = this.lend(value);
    if (held === undefined) return undefined;
    scope.addLender(held);
    return held.rep;
  }

  lend(value: unknown): Lent | undefined {
    const held = heldOf(value);
    if (held.type !== this.#type || (held.state !== "own" && held.state !== "borrowed")) return undefined;
    held.lends++;
    return held;
  }

  restore(value: unknown): void {
    const held = heldBy(value)!;
    held.state = "own";
    if (this.#type.destructor !== undefined) watch(value as object, held);
  }

  fault(value: unknown, handle: "own" | "borrow"): string | undefined {
    const held = heldBy(value);
    if (held === undefined) return `it is no ${this.#type.name} of this instance`;
    if (held.type !== this.#type)
      return `it belongs to ${held.type.name === this.#type.name ? "another instance" : "another resource"}`;
    return stateFault(held, handle);
  }

  #make(held: Held): object {
    return new this.Class(making, held);
  }
}

function makeClass(name: string, construct: () => AnyFunction | undefined): GuestClass {
  // Made so, the class has no other name: engines tell it where the class is called without `new`.
  const classes = {
    [name]: class extends GuestObject {
      // biome-ignore lint/correctness/noUnreachableSuper: a constructor that returns another object makes none
      constructor(...args: unknown[]) {
        const make = args[0] === making ? undefined : construct();
        if (make === undefined) super(args[0] as typeof making, args[1] as Held);
        else {
          // The guest's constructor gives a handle, of which an object is made: that takes the place of this one.
          const object = make(...(args as never[])) as object;
          // biome-ignore lint/correctness/noConstructorReturn: see above
          return new.target === Made ? object : Object.setPrototypeOf(object, new.target.prototype);
        }
      }
    },
  };
  const Made: GuestClass = classes[name]!;
  define(Made.prototype, disposeSymbol(), function (this: unknown) {
    const held = heldBy(this);
    if (held === undefined) throw new TypeError(`this is no ${name}`);
    drop(held);
  });
  return Made;
}

function define(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
