/**
 * Resources as JavaScript sees them: objects of classes.
 *
 * For a resource that the host defines, the object itself is what guests hold (by handles): lifting gives the same
 * object back, and dropping the guest's own handle disposes of it. For one that a guest defines, gantry makes a class
 * for each instance of the component; its objects hold what the host owns or has borrowed, and are checked each time
 * that they are passed. Such a class can in turn be given to another component's imports.
 */
import { type CallScope, type HostSide, type Rep, ResourceType } from "../runtime/resources.ts";
import { disposeSymbol, registeredDispose } from "./dispose.ts";
import { define, type GuestClass, type Handles, makeHandles } from "./handles.ts";
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

/** The running program's resource for each class that stands for one; of guests' also for the prototype of its objects. */
const types: WeakMap<object, ResourceType> = new WeakMap();
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

/** What a guest's resource can do: the functions of its class, by their names in JavaScript. */
export interface GuestMembers {
  /** Gives the representation of a new one; without it the class cannot be constructed. */
  readonly construct: ((...args: unknown[]) => Rep) | undefined;
  /** They take the object as `this`. */
  readonly methods: ReadonlyMap<string, AnyFunction>;
  readonly statics: ReadonlyMap<string, AnyFunction>;
}

type AnyFunction = (...args: never[]) => unknown;

/** What `instantiate` asks for each resource that the component defines. */
export function guestDefined(type: ResourceType): HostSide {
  return new GuestDefined(type);
}

/** The host's side of a resource that a guest defines. */
export class GuestDefined implements HostSide {
  readonly type: ResourceType;
  #members: (() => GuestMembers) | undefined;

  constructor(type: ResourceType) {
    this.type = type;
  }

  /** Gives the class its functions; `members` is asked when the class is first needed. */
  setMembers(members: () => GuestMembers): void {
    this.#members = members;
    if (Object.hasOwn(this, "handles")) this.#define(this.Class);
  }

  get Class(): GuestClass {
    return this.handles.Class;
  }

  /** Made when it is first asked for; from then on a property that engines take for a constant. */
  get handles(): Handles {
    const late = (...args: unknown[]) => {
      const construct = this.#members?.().construct;
      if (construct === undefined) throw new TypeError("this class has no constructor");
      return construct(...args);
    };
    const value = makeHandles(this.type, this.#members?.().construct ?? late);
    Object.defineProperty(this, "handles", { value });
    types.set(this.Class, this.type);
    types.set(this.Class.prototype as object, this.type);
    this.#define(this.Class);
    return value;
  }

  #define(Class: GuestClass): void {
    if (this.#members === undefined) return;
    const { methods, statics } = this.#members();
    for (const [key, method] of methods) define(Class.prototype as object, key, method);
    // The one property of a function that cannot be defined anew.
    for (const [key, func] of statics) if (key !== "prototype") define(Class, key, func);
  }

  fromOwn(rep: Rep): unknown {
    return this.handles.own(rep);
  }

  fromBorrow(rep: Rep, scope: CallScope): unknown {
    return this.handles.borrow(rep, scope);
  }

  toOwn(value: unknown): Rep | undefined {
    return this.handles.has(value) ? this.handles.take(value) : undefined;
  }

  toBorrow(value: unknown, scope: CallScope): Rep | undefined {
    const rep = this.lend(value, true);
    if (rep !== undefined) scope.addLender({ release: () => this.endLoan(value) });
    return rep;
  }

  lend(value: unknown, isCounted: boolean): Rep | undefined {
    return this.handles.lend(value, isCounted);
  }

  endLoan(value: unknown): void {
    this.handles.endLoan(value);
  }

  restore(value: unknown): void {
    this.handles.giveBack(value);
  }

  fault(value: unknown, wanted: "own" | "borrow"): string | undefined {
    const { handles, type } = this;
    if (handles.has(value)) return handles.fault(value, wanted);
    const other = typeOf(value);
    if (other === undefined) return `it is no ${type.name} of this instance`;
    return `it belongs to ${other.name === type.name ? "another instance" : "another resource"}`;
  }
}

/** Of which resource of a guest's `value` is an object. */
function typeOf(value: unknown): ResourceType | undefined {
  for (let at = Object(value) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const type = types.get(at);
    if (type?.host instanceof GuestDefined && type.host.handles.has(value)) return type;
  }
  return undefined;
}
