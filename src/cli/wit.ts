/**
 * A component's imports and exports as WIT: a world, and the interfaces that it names, by package.
 *
 * A binary has lost who wrote what: value types are equal if their structures are, and a type that two interfaces name
 * is told as used from the first. So the text describes the component; it is not always the text that it was made
 * from. What WIT has no words for (core modules, components) is told in comments.
 */
import type { Extern } from "../embed/reflect.ts";
import { type ExternName, parseExternName } from "../types/names.ts";
import { printExternType, printType } from "../types/print.ts";
import { partsOf } from "../types/shape.ts";
import type { AnyType, FuncType, Interned, ResourceType, ValType } from "../types/types.ts";

export interface Described {
  readonly imports: readonly Extern[];
  readonly exports: readonly Extern[];
}

/** The text of a component's world. */
export function printWorld(component: Described): string {
  return new WorldPrinter().print(component);
}

/** Longer types than this are cut: types can be exponentially longer than their binary. */
const MAX_TYPE_LENGTH = 20_000;

/** No valid type is nested as deep as that. */
const MAX_TYPE_DEPTH = 200;

/** Types that WIT always names. */
type Nominal = Extract<ValType, { kind: "record" | "variant" | "enum" | "flags" }> | ResourceType;

/** Where a type was first named. */
interface Owner {
  readonly place: string;
  readonly name: string;
}

class WorldPrinter {
  readonly #owners: Map<AnyType, Owner> = new Map();
  /** Bodies of the interfaces seen, by package and name. */
  readonly #packages: Map<string, Map<string, readonly string[]>> = new Map();
  /** What to print of each interface: the import or export that has most of it, by the interface's name. */
  readonly #largest: Map<string, readonly Extern[]> = new Map();

  print({ imports, exports }: Described): string {
    // Toolchains import only what a guest uses of an interface: there may be more of it elsewhere.
    for (const { name, externs } of namedInterfaces([...imports, ...exports])) {
      if (externs.length >= (this.#largest.get(name)?.length ?? 0)) this.#largest.set(name, externs);
    }
    const world = new Names(this.#owners, "");
    const items = [...this.#items("import", imports, world), ...this.#items("export", exports, world)];
    const blocks = [`package root:component;\n\n${block("world root", items).join("\n")}`];
    for (const [name, interfaces] of this.#packages) {
      const bodies = [...interfaces].flatMap(([id, body], i) => [
        ...(i === 0 ? [] : [""]),
        ...block(`interface ${id}`, body),
      ]);
      blocks.push(block(`package ${name}`, bodies).join("\n"));
    }
    return `${blocks.join("\n\n")}\n`;
  }

  #items(direction: "import" | "export", externs: readonly Extern[], world: Names): string[] {
    const lines: (string | (() => readonly string[]))[] = [];
    const members = membersByResource(externs);
    for (const extern of externs) {
      const plain = parsePlain(extern.name);
      switch (extern.kind) {
        case "instance": {
          const named = interfaceOf(extern);
          lines.push(...externalId(extern, plain !== undefined));
          if (named === undefined) {
            const body = new InterfacePrinter(new Names(this.#owners, extern.name), extern.exports).lines();
            lines.push(...block(`${direction} ${plain}: interface`, body));
          } else {
            this.#interface(named, extern.exports);
            lines.push(`${direction} ${plain === undefined ? "" : `${plain}: `}${path(named)};`);
          }
          break;
        }
        case "func":
          if (memberOf(extern.name) !== undefined) break;
          lines.push(
            ...externalId(extern),
            `${direction} ${identifier(extern.name)}: ${printFunc(extern.type, world)};`,
          );
          break;
        case "type":
        case "resource": {
          const printer = new InterfacePrinter(world, [extern]);
          // What its functions mention may be named after it.
          lines.push(() => printer.lines(members));
          break;
        }
        case "value":
          lines.push(`// ${direction} ${extern.name}: value ${world.print(extern.type)}`);
          break;
        case "core-module":
          lines.push(`// ${direction} ${extern.name}: ${printExternType({ kind: "core-module", type: extern.type })}`);
          break;
        case "component":
          lines.push(`// ${direction} ${extern.name}: a component`);
          break;
        case "other-type":
          lines.push(`// ${direction} ${extern.name}: ${extern.type.kind} type`);
          break;
      }
    }
    return lines.flatMap((line) => (typeof line === "string" ? line : line()));
  }

  /**
   * Remembers an interface's body, as it is where most of it is. Where it is besides, its types get their names all the same:
   * its resources are others there.
   */
  #interface(name: string, externs: readonly Extern[]): void {
    const { owner, id } = splitInterface(name);
    const interfaces = this.#packages.get(owner) ?? new Map<string, readonly string[]>();
    this.#packages.set(owner, interfaces);
    const names = new Names(this.#owners, name);
    if (externs === this.#largest.get(name)) interfaces.set(id, new InterfacePrinter(names, externs).lines());
    else nameTypes(externs, names);
  }
}

/** Which interface an instance is, if it has a name of its own: with all of its version, of which the name may have a part. */
function interfaceOf({ name, attributes }: Extern): string | undefined {
  const { implements: implemented, versionSuffix = "" } = attributes ?? {};
  return implemented ?? (parsePlain(name) === undefined ? name + versionSuffix : undefined);
}

/** The line that tells an extern's `external-id`, if it has one: a comment where WIT has no place for it. 🏷️ */
function externalId({ attributes }: Pick<Extern, "attributes">, isWritable = true): string[] {
  const id = attributes?.externalId;
  return id === undefined ? [] : [`${isWritable ? "" : "// "}@external-id(${literal(id)})`];
}

/** `string-literal` */
function literal(text: string): string {
  const escaped = (c: string) => (c === '"' || c === "\\" ? `\\${c}` : `\\u{${c.codePointAt(0)!.toString(16)}}`);
  return `"${text.replace(/["\\]|\p{Cc}/gu, escaped)}"`;
}

function namedInterfaces(all: readonly Extern[]): { readonly name: string; readonly externs: readonly Extern[] }[] {
  return all.flatMap((extern) => {
    const name = extern.kind === "instance" ? interfaceOf(extern) : undefined;
    return extern.kind !== "instance" || name === undefined ? [] : [{ name, externs: extern.exports }];
  });
}

/** What types are called in one interface, or in the world. */
class Names {
  readonly #owners: Map<AnyType, Owner>;
  readonly #place: string;
  readonly #names: Map<AnyType, string> = new Map();

  constructor(owners: Map<AnyType, Owner>, place: string) {
    this.#owners = owners;
    this.#place = place;
  }

  /** Names `type` here. Returns where it was named before, if it was. */
  define(type: Nominal, name: string): Owner | undefined {
    const here = this.#names.get(type);
    if (here !== undefined) return { place: this.#place, name: here };
    this.#names.set(type, identifier(name));
    return this.#own(type, name);
  }

  /** Returns where else `type` was named before. */
  #own(type: AnyType, name: string): Owner | undefined {
    const owner = this.#owners.get(type);
    if (owner === undefined) this.#owners.set(type, { place: this.#place, name: identifier(name) });
    return owner !== undefined && this.isHere(owner) && owner.name === identifier(name) ? undefined : owner;
  }

  /**
   * Names a type that can do without. Where it cannot, since something in it has no name here, it is used by its name only:
   * returns where it was named before.
   */
  alias(type: ValType, name: string): Owner | undefined {
    const owner = this.#own(type, name);
    if (owner === undefined || this.isHere(owner) || this.#isWritable(type, new Set())) return undefined;
    this.#names.set(type, identifier(name));
    return owner;
  }

  /** Whether all that has to have a name in `type` has one here. */
  #isWritable(type: ValType, seen: Set<ValType>): boolean {
    if (this.#names.has(type) || seen.has(type)) return true;
    seen.add(type);
    if (type.kind === "own" || type.kind === "borrow") return this.#names.has(type.resource);
    return (
      !isNominal(type) &&
      partsOf<Interned>(type).every((part) => part.type === undefined || this.#isWritable(part.type, seen))
    );
  }

  get isWorld(): boolean {
    return this.#place === "";
  }

  isHere({ place }: Owner): boolean {
    return place === this.#place;
  }

  /** How an interface is named from here: within a package, by its own name alone. */
  pathTo(place: string): string {
    const there = splitInterface(place);
    return there.owner === splitInterface(this.#place).owner ? there.id : path(place);
  }

  print(type: ValType): string {
    // A handle that is owned is written as its resource.
    const names = (t: AnyType): string | undefined =>
      this.#names.get(t) ?? (t.kind === "own" ? names(t.resource) : undefined);
    return names(type) ?? printType(type, { names, maxLength: MAX_TYPE_LENGTH, maxDepth: MAX_TYPE_DEPTH });
  }
}

/** `ns:pkg/iface@1.0.0` is the interface `iface` of the package `ns:pkg@1.0.0`. */
function splitInterface(name: string): { readonly owner: string; readonly id: string } {
  const slash = name.lastIndexOf("/");
  const at = name.indexOf("@", slash);
  const version = at < 0 ? "" : name.slice(at);
  const id = name.slice(slash + 1, at < 0 ? undefined : at);
  return { owner: path(name.slice(0, slash) + version), id: identifier(id) };
}

/** The name of a package or an interface, each part of it as an identifier. */
function path(name: string): string {
  const [names, ...version] = name.split("@");
  return [names!.replace(/[^:/]+/g, identifier), ...version].join("@");
}

class InterfacePrinter {
  readonly #names: Names;
  readonly #externs: readonly Extern[];
  readonly #named: ReadonlyMap<Extern, Owner | undefined>;

  constructor(names: Names, externs: readonly Extern[]) {
    this.#names = names;
    this.#externs = externs;
    // Functions may come before the types that they mention, so all of these are named first.
    this.#named = nameTypes(externs, names);
  }

  lines(members: ReadonlyMap<string, readonly Member[]> = membersByResource(this.#externs)): string[] {
    const lines: string[] = [];
    const uses = new Map<string, string[]>();
    for (const extern of this.#externs) {
      const owner = this.#named.get(extern);
      const name = identifier(extern.name);
      if (owner === undefined) {
        lines.push(...this.#externalId(extern), ...this.#definition(extern, members));
      } else if (this.#names.isHere(owner)) {
        lines.push(...this.#externalId(extern), `type ${name} = ${owner.name};`);
      } else if (owner.place === "") {
        lines.push(`// ${name} is the world's ${owner.name}`);
      } else {
        const place = this.#names.pathTo(owner.place);
        uses.set(place, [...(uses.get(place) ?? []), owner.name === name ? name : `${owner.name} as ${name}`]);
      }
      if (owner !== undefined) {
        for (const member of members.get(extern.name) ?? []) lines.push(`// of ${name}: ${this.#member(member)}`);
      }
    }
    return [...Array.from(uses, ([place, names]) => `use ${place}.{${names.join(", ")}};`), ...lines];
  }

  /** Worlds have no place for those of types, and those of a resource's functions stand with these. */
  #externalId(extern: Extern): string[] {
    if (extern.kind === "func") return memberOf(extern.name) === undefined ? externalId(extern) : [];
    return externalId(extern, !this.#names.isWorld && (extern.kind === "type" || extern.kind === "resource"));
  }

  #definition(extern: Extern, members: ReadonlyMap<string, readonly Member[]>): string[] {
    const name = identifier(extern.name);
    switch (extern.kind) {
      case "resource":
        return this.#resource(name, members.get(extern.name) ?? []);
      case "type": {
        const { type } = extern;
        return isNominal(type)
          ? block(`${type.kind} ${name}`, this.#parts(type))
          : [`type ${name} = ${this.#names.print(type)};`];
      }
      case "func":
        return memberOf(extern.name) === undefined ? [`${name}: ${printFunc(extern.type, this.#names)};`] : [];
      case "instance":
      case "core-module":
      case "component":
      case "value":
      case "other-type":
        return [`// ${extern.name}: ${extern.kind}`];
    }
  }

  #parts(type: Exclude<Nominal, ResourceType>): string[] {
    switch (type.kind) {
      case "record":
        return type.fields.map((f) => `${identifier(f.label)}: ${this.#names.print(f.type)},`);
      case "variant":
        return type.cases.map(
          (c) => `${identifier(c.label)}${c.type === undefined ? "" : `(${this.#names.print(c.type)})`},`,
        );
      case "enum":
      case "flags":
        return type.labels.map((label) => `${identifier(label)},`);
    }
  }

  #resource(name: string, members: readonly Member[]): string[] {
    if (members.length === 0) return [`resource ${name};`];
    return block(
      `resource ${name}`,
      members.flatMap((member) => [...externalId(member), this.#member(member)]),
    );
  }

  #member({ name, type }: Member): string {
    switch (name.kind) {
      case "constructor": {
        const fallible = type.result?.kind === "result" ? ` -> ${this.#names.print(type.result)}` : "";
        return `constructor(${printParams(type.params, this.#names)})${fallible};`;
      }
      case "static":
        return `${identifier(name.member)}: static ${printFunc(type, this.#names)};`;
      case "method":
        return `${identifier(name.member)}: ${printFunc({ ...type, params: type.params.slice(1) }, this.#names)};`;
    }
  }
}

/** Names all types of an interface. Returns where else they were named before. */
function nameTypes(externs: readonly Extern[], names: Names): ReadonlyMap<Extern, Owner | undefined> {
  const named = new Map<Extern, Owner | undefined>();
  for (const extern of externs) {
    const nominal = nominalOf(extern);
    if (nominal !== undefined) named.set(extern, names.define(nominal, extern.name));
  }
  for (const extern of externs) {
    if (extern.kind === "type" && !isNominal(extern.type)) named.set(extern, names.alias(extern.type, extern.name));
  }
  return named;
}

function isNominal(type: ValType): type is Exclude<Nominal, ResourceType> {
  return type.kind === "record" || type.kind === "variant" || type.kind === "enum" || type.kind === "flags";
}

function nominalOf(extern: Extern): Nominal | undefined {
  if (extern.kind === "resource") return extern.resource;
  return extern.kind === "type" && isNominal(extern.type) ? extern.type : undefined;
}

interface Member extends Pick<Extern, "attributes"> {
  readonly name: Extract<ExternName, { kind: "constructor" | "method" | "static" }>;
  readonly type: FuncType;
}

/** The parsed name of a resource's function; `undefined` for other functions. */
function memberOf(name: string): Member["name"] | undefined {
  const parsed = parseExternName(name);
  if (typeof parsed === "string") return undefined;
  return parsed.kind === "constructor" || parsed.kind === "method" || parsed.kind === "static" ? parsed : undefined;
}

function membersByResource(externs: readonly Extern[]): Map<string, Member[]> {
  const members = new Map<string, Member[]>();
  for (const extern of externs) {
    if (extern.kind !== "func") continue;
    const name = memberOf(extern.name);
    if (name === undefined) continue;
    const list = members.get(name.resource) ?? [];
    members.set(name.resource, list);
    list.push({ ...extern, name });
  }
  return members;
}

/** The name itself if it is no interface's. */
function parsePlain(name: string): string | undefined {
  return name.includes(":") ? undefined : identifier(name);
}

function printFunc(type: FuncType, names: Names): string {
  const result = type.result === undefined ? "" : ` -> ${names.print(type.result)}`;
  return `${type.async ? "async " : ""}func(${printParams(type.params, names)})${result}`;
}

function printParams(params: FuncType["params"], names: Names): string {
  return params.map((param) => `${identifier(param.label)}: ${names.print(param.type)}`).join(", ");
}

const keywords: ReadonlySet<string> = new Set(
  (
    "as async bool borrow char constructor enum error-context export f32 f64 flags from func future import include interface " +
    "list map option own package record resource result s16 s32 s64 s8 static stream string tuple type u16 u32 u64 u8 use " +
    "variant with world"
  ).split(" "),
);

function identifier(name: string): string {
  return keywords.has(name) ? `%${name}` : name;
}

function block(head: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? [`${head} {}`]
    : [`${head} {`, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), "}"];
}
