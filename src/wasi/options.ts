/**
 * What `wasi` is asked to grant, checked: an option that is misspelt or of another kind must not become a grant that
 * nobody meant, or none.
 */
import { isUint8Array } from "node:util/types";
import type { OutputOption, StdinOption } from "./stdio.ts";

/** A directory of the host, and the name under which a guest sees it. */
export interface WasiDirectory {
  readonly host: string;
  readonly guest: string;
  /** Whether what is in it can only be looked at and read. */
  readonly readOnly?: boolean;
}

export interface WasiOptions {
  /** The arguments, the program's own name first. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The directory, by the guest's name for it, that its relative paths start from. */
  readonly cwd?: string;
  readonly stdin?: StdinOption;
  readonly stdout?: OutputOption;
  readonly stderr?: OutputOption;
  readonly dirs?: readonly WasiDirectory[];
  /** Whether the guest may use sockets, look names up and make HTTP requests. */
  readonly network?: boolean;
}

/** What is wrong with the value of an option, if anything is. */
type Check = (value: unknown) => string | undefined;

/** @throws TypeError that names the option */
export function checkOptions(options: unknown): asserts options is WasiOptions {
  const fault = fields(optionChecks)(options);
  if (fault !== undefined) throw new TypeError(`the options of wasi: ${fault}`);
}

const isString: Check = (value) => (typeof value === "string" ? undefined : `expected a string, got ${show(value)}`);

const isBoolean: Check = (value) =>
  typeof value === "boolean" ? undefined : `expected true or false, got ${show(value)}`;

const output: Check = (value) =>
  value === "inherit" || typeof value === "function"
    ? undefined
    : `expected "inherit" or a function that takes bytes, got ${show(value)}`;

const stdin: Check = (value) =>
  typeof value === "string" || isUint8Array(value)
    ? undefined
    : `expected "inherit", a string or a Uint8Array, got ${show(value)}`;

function listOf(what: string, check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return `expected an array of ${what}, got ${show(value)}`;
    return firstFault(
      value.map((item, i) => [`element ${i}`, item]),
      check,
    );
  };
}

const strings: Check = (value) => {
  if (!isObject(value) || Symbol.iterator in value) return `expected an object of strings, got ${show(value)}`;
  return firstFault(Object.entries(value), isString);
};

/** An object of known keys. `required` must be there, others may be undefined. */
function fields(checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value) => {
    if (!isObject(value)) return `expected an object, got ${show(value)}`;
    const members = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(members)) {
      if (!Object.hasOwn(checks, key)) return `there is no option ${key}; there are ${Object.keys(checks).join(", ")}`;
    }
    for (const key of required) if (members[key] === undefined) return `${key} is missing`;
    return firstFault(
      Object.entries(members).filter(([, member]) => member !== undefined),
      (member, key) => checks[key]!(member),
    );
  };
}

function firstFault(
  entries: readonly (readonly [string, unknown])[],
  check: (value: unknown, key: string) => string | undefined,
): string | undefined {
  for (const [key, value] of entries) {
    const fault = check(value, key);
    if (fault !== undefined) return `${key}: ${fault}`;
  }
  return undefined;
}

const optionChecks = {
  args: listOf("strings", isString),
  env: strings,
  cwd: isString,
  stdin,
  stdout: output,
  stderr: output,
  dirs: listOf("{ host, guest }", fields({ host: isString, guest: isString, readOnly: isBoolean }, ["host", "guest"])),
  network: isBoolean,
} satisfies Record<keyof WasiOptions, Check>;

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 50 ? `${value.slice(0, 50)}…` : value);
  if (Array.isArray(value)) return "an array";
  if (isObject(value)) return value instanceof Map ? "a Map" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}
