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
import { type CallScope, dropFromHost, type HostSide, type Rep, ResourceType } from "../runtime/resources.ts";
import { checkOptions, type OptionChecks } from "./options.ts";

/** Any class, whatever its constructor takes. */
export type Class = abstract new (...args: never[]) => object;

export interface ResourceOptions<T> {
  /** Called when a guest drops its own handle, instead of `[Symbol.dispose]()`. */
  readonly drop?: (object: T) => void;
}

const checks: OptionChecks<ResourceOptions<never>> = {
  drop: (value) => (typeof value === "function" ? undefined : "a function"),
};

/** What stands for `Symbol.dispose` on engines that do not have it. */
const registeredDispose = Symbol.for("dispose");

/** Asked for each time: a polyfill may come late. */
function disposeSymbol(): symbol {
  return (Symbol as { readonly dispose?: symbol }).dispose ?? registeredDispose;
}

/** The running program's resource for each class that stands for one. */
const types: WeakMap<Class, ResourceType> = new WeakMap();
const drops: WeakMap<Class, (object: never) => void> = new WeakMap();
/** Counts what is put into `drops`, so that whoever has looked there before knows when to look again. */
let dropsGiven = 0;

/**
 * Marks a class as a resource's, and says what dropping one of its objects means. Only needed for the latter: every
 * class can be given to a linker as it is.
 */
export function resource<C extends Class>(Class: C, options: ResourceOptions<InstanceType<C>> = {}): C {
  checkOptions("resource", options, checks);
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
  const members = object as Record<symbol, (() => void) | undefined> | null | undefined;
  const own = disposeSymbol();
  // As members: so engines know what is called, and inline it.
  if (typeof members?.[own] === "function") members[own]();
  else if (typeof members?.[registeredDispose] === "function") members[registeredDispose]();
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

  endLoan(): void {}

  restore(): void {}

  fault(value: unknown): string | undefined {
    return this.toOwn(value) === undefined ? `it is no instance of ${this.Class?.name || "the class"}` : undefined;
  }
}

// ---- Resources that guests define

/**
 * The states of an object of a guest's resource. One is added for each running call that it is lent to, up to `LENT`. It is
 * one number, since that is what engines write fastest, and most calls ask for no more than whether it is 0.
 */
const OWN = 0;
const LENT = 0xff_ffff;
/** Owned, and to be dropped when the object is collected. */
const WATCHED = 0x100_0000;
const BORROWED = 0x200_0000;
const DROPPED = 0x300_0000;
const GIVEN_AWAY = 0x400_0000;
const RETURNED = 0x500_0000;

/** A state without those calls. */
type State = typeof OWN | typeof WATCHED | typeof BORROWED | typeof DROPPED | typeof GIVEN_AWAY | typeof RETURNED;

/**
 * Gives back what it is given: a class that extends it adds its private fields to an object that is there already. It is a
 * function, since engines inline those where `super` is called, and not the constructors of classes.
 */
function sameObject(object: object): object {
  return object;
}

const SameObject = sameObject as unknown as new (object: object) => object;

/** What an object of a guest's resource owned: what is told of it when it has been collected. */
interface Lost {
  readonly type: ResourceType;
  readonly rep: Rep;
}

/**
 * What objects of guests' resources hold, in private fields: engines find those fastest, and nobody else does.
 *
 * There is one test for all that can be wrong with a value, in each call of a method: `#type` is that of the resource as
 * long as the object can be used, and no longer.
 */
class Handle extends SameObject {
  #type: ResourceType | undefined;
  #rep: Rep;
  #state: number;

  constructor(object: object, type: ResourceType, rep: Rep, state: State) {
    super(object);
    this.#type = type;
    this.#rep = rep;
    this.#state = state;
  }

  /** `value`, if it has these fields. */
  static of(value: unknown): Handle | undefined {
    return typeof value === "object" && value !== null && #type in value ? value : undefined;
  }

  /** The representation, until `endLoan` if that is counted. Throws if `value` has not got these fields. */
  static lend(value: unknown, type: ResourceType, isCounted: boolean): Rep | undefined {
    const handle = value as Handle;
    if (handle.#type !== type) return undefined;
    if (isCounted) handle.#state++;
    return handle.#rep;
  }

  static endLoan(value: unknown): void {
    (value as Handle).#state--;
  }

  /** The representation, which is the host's no longer; `undefined` if it is not the host's to give. */
  static take(handle: Handle, type: ResourceType): Rep | undefined {
    if (handle.#type !== type || (handle.#state !== OWN && handle.#state !== WATCHED)) return undefined;
    Handle.end(handle, GIVEN_AWAY);
    return handle.#rep;
  }

  static giveBack(handle: Handle, type: ResourceType): void {
    handle.#type = type;
    handle.#state = OWN;
  }

  /** What `[Symbol.dispose]()` does. Throws if `value` has not got these fields. */
  static drop(value: unknown): void {
    const handle = value as Handle;
    const type = handle.#type;
    if (type === undefined) return;
    const state = handle.#state;
    // As `end`, for what is most common.
    if (state === 0) {
      handle.#type = undefined;
      handle.#state = DROPPED;
    } else {
      if ((state & LENT) !== 0) isLent(type);
      Handle.end(handle, DROPPED);
      if (state !== WATCHED) return;
    }
    dropFromHost(type, handle.#rep);
  }

  /** It can be used no longer, for which `state` is why. */
  static end(handle: Handle, state: State): void {
    if (handle.#state === WATCHED) lost.unregister(handle);
    handle.#type = undefined;
    handle.#state = state + (handle.#state & LENT);
  }

  /** Takes notice of a new one, or one that has come back: it is watched soon, unless it is gone by then. */
  static see(handle: Handle): void {
    const seen = newest;
    if (seen === undefined) {
      seeNewest(handle);
      return;
    }
    const before = seen.handle;
    seen.handle = handle;
    if (before.#type !== undefined) seen.kept.push(before);
    if (--seen.left === 0) watchSeen();
  }

  static watch(handle: Handle): void {
    const type = handle.#type;
    if (type === undefined || handle.#state > LENT) return;
    handle.#state += WATCHED;
    lost.register(handle, { type, rep: handle.#rep }, handle);
  }

  /** Why it cannot be used as a `handle` of `type`. */
  static fault(handle: Handle, type: ResourceType, wanted: "own" | "borrow"): string | undefined {
    const found = handle.#type;
    if (found !== undefined && found !== type)
      return `it belongs to ${found.name === type.name ? "another instance" : "another resource"}`;
    const lends = handle.#state & LENT;
    switch ((handle.#state - lends) as State) {
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
  }
}

/** Apart from their class: engines find what a variable holds sooner than a member. */
const { of: handleOf, lend, endLoan, drop, see } = Handle;

function isLent({ name }: ResourceType): never {
  const reason = `a ${name} cannot be dropped: it is lent to a call that is still running`;
  throw new ComponentError("call", "lent", reason);
}

// ---- What the host loses sight of

/** Drops what an object owned that was collected. */
const lost = new FinalizationRegistry<Lost>(({ type, rep }) => {
  try {
    dropFromHost(type, rep);
  } catch {
    // Nobody is there to be told. The store is poisoned by it, so the next call says what happened.
  }
});

/**
 * Objects that own something and are not yet watched. To watch one costs more than all else that is done with it, and most are
 * disposed of or given away soon. So they have until the end of the JavaScript that is running now, and one that is gone
 * when the next is made is not even kept.
 *
 * A new `Seen` takes over every so often, since to write to an object that has grown old costs engines several times as much.
 */
interface Seen {
  /** The newest. */
  handle: Handle;
  /** Those before that were not gone when the next was made. */
  readonly kept: Handle[];
  /** How many there may be before a new object is made. */
  left: number;
}

let newest: Seen | undefined;

function seeNewest(handle: Handle): void {
  newest = { handle, kept: [], left: 1000 };
  queueMicrotask(watchSeen);
}

function watchSeen(): void {
  if (newest === undefined) return;
  const { handle, kept } = newest;
  newest = undefined;
  for (const each of kept) Handle.watch(each);
  Handle.watch(handle);
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
type GuestClass = new (...args: unknown[]) => object;

/** What `instantiate` asks for each resource that the component defines. */
export function guestDefined(type: ResourceType): HostSide {
  return new GuestDefined(type);
}

/** The host's side of a resource that a guest defines. */
export class GuestDefined implements HostSide {
  readonly type: ResourceType;
  #Class: GuestClass | undefined;
  /** Makes objects of the class that hold nothing yet. */
  #Blank: GuestClass | undefined;
  #members: (() => GuestMembers) | undefined;
  #construct: AnyFunction | undefined;

  constructor(type: ResourceType) {
    this.type = type;
  }

  /** Gives the class its functions; `members` is asked when the class is first needed. */
  setMembers(members: () => GuestMembers): void {
    this.#members = members;
    if (this.#Class !== undefined) this.#define(this.#Class);
  }

  get Class(): GuestClass {
    return this.#Class ?? this.#makeClass();
  }

  #makeClass(): GuestClass {
    const Class = makeClass(pascalCase(this.type.name), () => this.#construct);
    this.#Class = Class;
    types.set(Class, this.type);
    this.#define(Class);
    return Class;
  }

  #makeBlank(): GuestClass {
    function blank(): void {}
    blank.prototype = this.Class.prototype;
    this.#Blank = blank as unknown as GuestClass;
    return this.#Blank;
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
    const handle = this.#make(rep, OWN);
    this.#see(handle);
    return handle;
  }

  fromBorrow(rep: Rep, scope: CallScope): unknown {
    const handle = this.#make(rep, BORROWED);
    scope.addLender({ release: () => Handle.end(handle, RETURNED) });
    return handle;
  }

  #make(rep: Rep, state: State): Handle {
    return new Handle(new (this.#Blank ?? this.#makeBlank())(), this.type, rep, state);
  }

  #see(handle: Handle): void {
    // Without a destructor nobody could tell whether it was dropped.
    if (this.type.destructor !== undefined) see(handle);
  }

  toOwn(value: unknown): Rep | undefined {
    const handle = handleOf(value);
    return handle && Handle.take(handle, this.type);
  }

  toBorrow(value: unknown, scope: CallScope): Rep | undefined {
    const rep = this.lend(value, true);
    if (rep !== undefined) scope.addLender({ release: () => this.endLoan(value) });
    return rep;
  }

  lend(value: unknown, isCounted: boolean): Rep | undefined {
    return lend(value, this.type, isCounted);
  }

  endLoan(value: unknown): void {
    endLoan(value);
  }

  restore(value: unknown): void {
    const handle = value as Handle;
    Handle.giveBack(handle, this.type);
    this.#see(handle);
  }

  fault(value: unknown, wanted: "own" | "borrow"): string | undefined {
    const handle = handleOf(value);
    if (handle === undefined) return `it is no ${this.type.name} of this instance`;
    return Handle.fault(handle, this.type, wanted);
  }
}

/** The class of a guest's resource. Its objects are made by `GuestDefined`, also those that `new` gives. */
function makeClass(name: string, construct: () => AnyFunction | undefined): GuestClass {
  // Made so, the class has no other name: engines tell it where the class is called without `new`.
  const classes = {
    [name]: class {
      constructor(...args: unknown[]) {
        const make = construct();
        if (make === undefined) throw new TypeError("this class has no constructor");
        const object = make(...(args as never[])) as object;
        // biome-ignore lint/correctness/noConstructorReturn: of the handle that the guest gives an object is made
        return new.target === Made ? object : Object.setPrototypeOf(object, new.target.prototype);
      }
    },
  };
  const Made: GuestClass = classes[name]!;
  define(Made.prototype, disposeSymbol(), function (this: unknown) {
    try {
      drop(this);
    } catch (error) {
      throw handleOf(this) === undefined ? new TypeError(`this is no ${name}`) : error;
    }
  });
  return Made;
}

function define(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
