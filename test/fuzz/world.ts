/**
 * Random components: a chain of guests, each of which imports what the next exports, the last from the host.
 *
 *     host ─ c0 ─ c1 ─ … ─ host
 *
 * A chain of one is a component alone. Each guest has its own encodings, pointers and `realloc`, may define a resource
 * that its functions speak of, and exports what it takes to work the puppet inside (`run`, `clear`, `poke`, `dump`).
 */
import type { FuncType, ResourceType, ValType } from "../../src/types/types.ts";
import type { Random } from "../random.ts";
import { flattenFunctype } from "../reference/layout.ts";
import type { ReferenceContext } from "../reference/strings.ts";
import type { PtrType } from "../reference/types.ts";
import { type Argument, ComponentEncoder, type CoreSort, type EncodedOptions, type Sort } from "./component-encoder.ts";
import { actorModule, memoryModule, POKED, type PuppetImport } from "./puppet.ts";
import { TypeMaker } from "./types.ts";

type Encoding = ReferenceContext["encoding"];

/** A function between two links of the chain. */
export interface WorldFunc {
  readonly type: FuncType;
  /** The encoding of the guest that exports it, and of the one that imports it. */
  readonly lifted: Encoding;
  readonly lowered: Encoding;
  readonly postReturn: boolean;
}

export interface Guest {
  readonly ptrType: PtrType;
  /** The resource that it defines. */
  readonly resource: ResourceType | undefined;
  /** What it exports as `f0`, `f1`, … */
  readonly exports: readonly WorldFunc[];
  /** What it imports as `g0`, `g1`, …: what the next guest exports, or what the host supplies. */
  readonly imports: readonly WorldFunc[];
  /** The resource of the next guest, which its imports may speak of. */
  readonly imported: ResourceType | undefined;
}

export interface World {
  readonly guests: readonly Guest[];
  readonly named: readonly ValType[];
  /** The host's resource, which all functions may speak of. */
  readonly host: ResourceType | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface WorldOptions {
  readonly memory64: boolean;
  readonly guests?: number;
}

const encodings: readonly Encoding[] = ["utf8", "utf16", "latin1+utf16"];

export function makeWorld(random: Random, options: WorldOptions): World {
  const resource = (name: string, id: number): ResourceType => ({ kind: "resource", id, rep: "i32", name });
  const host = random.once(3) ? resource("h", 0) : undefined;
  const types = new TypeMaker(random, { fixedLengthLists: true, host });
  const count = options.guests ?? Number(random.weighted({ 1: 4, 2: 4, 3: 1 }));
  const plain = random.once(2) ? random.pick(encodings) : undefined;
  const pick = () => plain ?? random.pick(encodings);
  const func = (guest: ResourceType | undefined): WorldFunc => ({
    type: types.func(guest),
    lifted: pick(),
    lowered: pick(),
    postReturn: random.once(3),
  });
  const resources = Array.from({ length: count }, (_, i) => (random.once(3) ? resource(`r${i}`, i + 1) : undefined));
  const links = Array.from({ length: count + 1 }, (_, i) =>
    Array.from({ length: random.between(1, 2) }, () => func(resources[i])),
  );
  const guests = Array.from({ length: count }, (_, i): Guest => {
    const ptrType = options.memory64 && random.once(6) ? "i64" : "i32";
    return { ptrType, resource: resources[i], exports: links[i]!, imports: links[i + 1]!, imported: resources[i + 1] };
  });
  const world = { guests, named: types.named, host };
  return { ...world, bytes: encodeWorld(world) };
}

// ---- The functions of a puppet, in the order in which scripts count them

/** The core functions that a guest can call. */
export function puppetImports({ ptrType, imports, resource, imported }: Guest, host: boolean): PuppetImport[] {
  const lowered = imports.map(
    ({ type }, i): PuppetImport => ({ name: `g${i}`, type: flattenFunctype(ptrType, type, "lower") }),
  );
  const drop = { params: ["i32"], results: [] } as const;
  if (resource !== undefined) {
    lowered.push({ name: "r.new", type: { params: ["i32"], results: ["i32"] } });
    lowered.push({ name: "r.rep", type: { params: ["i32"], results: ["i32"] } });
    lowered.push({ name: "r.drop", type: drop });
  }
  if (imported !== undefined) lowered.push({ name: "q.drop", type: drop });
  if (host) lowered.push({ name: "h.drop", type: drop });
  return lowered;
}

const plain = (params: readonly { label: string; type: ValType }[], result: ValType | undefined): FuncType => ({
  kind: "func",
  async: false,
  params,
  result,
});

/** What every guest exports besides: the types of `run`, `clear`, `poke` and `dump`. */
export const controls = {
  run: plain([], undefined),
  clear: plain([], undefined),
  poke: plain(
    [
      { label: "at", type: { kind: "u32" } },
      ...Array.from({ length: POKED }, (_, i) => ({ label: `w${i}`, type: { kind: "u64" } as const })),
    ],
    undefined,
  ),
  dump: plain([], { kind: "list", element: { kind: "u8" }, length: undefined }),
} as const;

// ---- Encoding

type Scope = Omit<World, "bytes">;

function encodeWorld(world: Scope): Uint8Array<ArrayBuffer> {
  const { guests, named, host } = world;
  const outer = new ComponentEncoder();
  const shared: Argument<Sort>[] = [];
  if (host !== undefined) shared.push({ name: "h", sort: "type", index: outer.importResource("h", host) });
  for (const [i, type] of named.entries()) {
    shared.push({ name: `t${i}`, sort: "type", index: outer.importType(`t${i}`, type) });
  }
  let next: Argument<Sort>[] = guests
    .at(-1)!
    .imports.map(({ type }, i) => ({ name: `g${i}`, sort: "func", index: outer.importFunc(`g${i}`, type) }));
  for (let i = guests.length - 1; i >= 0; i--) {
    const guest = guests[i]!;
    const instance = outer.instantiate(outer.component(encodeGuest(world, guest)), [...shared, ...next]);
    next = guest.exports.map((_, k) => ({
      name: `g${k}`,
      sort: "func",
      index: outer.alias("func", instance, `f${k}`),
    }));
    if (guest.resource !== undefined) {
      next.push({ name: "q", sort: "type", index: outer.alias("type", instance, "r") });
    }
    outer.export(`c${i}`, "instance", instance);
  }
  return outer.finish();
}

function encodeGuest({ named, host }: Scope, guest: Guest): Uint8Array {
  const { ptrType, resource, imported, imports, exports } = guest;
  const c = new ComponentEncoder();
  const resources = new Map<string, number>();
  if (host !== undefined) resources.set("h", c.importResource("h", host));
  for (const [i, type] of named.entries()) c.importType(`t${i}`, type);
  if (imported !== undefined) resources.set("q", c.importResource("q", imported));
  const imported_ = imports.map(({ type }, i) => c.importFunc(`g${i}`, type));

  const memory = c.coreInstantiate(c.coreModule(memoryModule(ptrType, "i32")), []);
  const core = (name: string) => c.coreAlias("func", memory, name);
  const base: EncodedOptions = { memory: c.coreAlias("memory", memory, "mem"), realloc: core("realloc") };
  if (resource !== undefined) {
    const defined = c.defineResource("i32", core("dtor"));
    resources.set("r", c.exportResource("r", resource, defined));
    resources.set("r.defined", defined);
  }

  const called = puppetImports(guest, host !== undefined);
  const args = called.map(({ name }, i): Argument<CoreSort> => {
    if (name.startsWith("g")) {
      return { name, sort: "func", index: c.lower(imported_[i]!, { ...base, encoding: imports[i]!.lowered }) };
    }
    const [of, builtin] = name.split(".") as [string, "new" | "rep" | "drop"];
    const index = c.resourceBuiltin(builtin, resources.get(of === "r" ? "r.defined" : of)!);
    return { name, sort: "func", index };
  });
  const actor = c.coreInstantiate(
    c.coreModule(
      actorModule(
        ptrType,
        called,
        exports.map(({ type, postReturn }, i) => ({
          name: `f${i}`,
          type: flattenFunctype(ptrType, type, "lift"),
          postReturn,
        })),
      ),
    ),
    [
      { name: "m", sort: "instance", index: memory },
      { name: "i", sort: "instance", index: c.coreInstance(args) },
    ],
  );

  for (const [i, { type, lifted, postReturn }] of exports.entries()) {
    const options = {
      ...base,
      encoding: lifted,
      postReturn: postReturn ? c.coreAlias("func", actor, `f${i}'`) : undefined,
    };
    c.export(`f${i}`, "func", c.lift(c.coreAlias("func", actor, `f${i}`), type, options));
  }
  c.export("run", "func", c.lift(c.coreAlias("func", actor, "run"), controls.run, {}));
  c.export("clear", "func", c.lift(core("clear"), controls.clear, {}));
  c.export("poke", "func", c.lift(core("poke"), controls.poke, {}));
  c.export("dump", "func", c.lift(core("dump"), controls.dump, { memory: base.memory! }));
  return c.finish();
}
