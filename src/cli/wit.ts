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
import type { AnyType, FuncType, ResourceType, ValType } from "../types/types.ts";

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

/** Types that WIT always names. */
type Nominal = Extract<ValType, { kind: "record" | "variant" | "enum" | "flags" }> | ResourceType;

/** Where a nominal type was first named. */
interface Owner {
  readonly place: string;
  readonly name: string;
}

class WorldPrinter {
  readonly #owners: Map<Nominal, Owner> = new Map();
  /** Bodies of the interfaces seen, by package and name. */
  readonly #packages: Map<string, Map<string, readonly string[]>> = new Map();

  print({ imports, exports }: Described): string {
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
    const lines: string[] = [];
    for (const extern of externs) {
      const plain = parsePlain(extern.name);
      switch (extern.kind) {
        case "instance": {
          const body = (place: string) => new InterfacePrinter(new Names(this.#owners, place)).lines(extern.exports);
          const named = extern.attributes?.implements ?? (plain === undefined ? extern.name : undefined);
          if (named === undefined) lines.push(...block(`${direction} ${plain}: interface`, body(extern.name)));
          else {
            this.#interface(named, body);
            lines.push(`${direction} ${plain === undefined ? "" : `${plain}: `}${named};`);
          }
          break;
        }
        case "func":
          lines.push(`${direction} ${identifier(extern.name)}: ${printFunc(extern.type, world)};`);
          break;
        case "type":
        case "resource":
          lines.push(...new InterfacePrinter(world).lines([extern]));
          break;
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
    return lines;
  }

  /** Remembers an interface's body; the first one counts, which is the imported one. */
  #interface(name: string, body: (place: string) => readonly string[]): void {
    const slash = name.lastIndexOf("/");
    const at = name.indexOf("@", slash);
    const version = at < 0 ? "" : name.slice(at);
    const owner = name.slice(0, slash) + version;
    const id = name.slice(slash + 1, at < 0 ? undefined : at);
    const interfaces = this.#packages.get(owner) ?? new Map<string, readonly string[]>();
    this.#packages.set(owner, interfaces);
    if (!interfaces.has(id)) interfaces.set(id, body(name));
  }
}

/** What nominal types are called in one interface, or in the world. */
class Names {
  readonly #owners: Map<Nominal, Owner>;
  readonly #place: string;
  readonly #names: Map<AnyType, string> = new Map();

  constructor(owners: Map<Nominal, Owner>, place: string) {
    this.#owners = owners;
    this.#place = place;
  }

  /** Names `type` here. Returns where it was named before, if it was. */
  define(type: Nominal, name: string): Owner | undefined {
    const here = this.#names.get(type);
    if (here !== undefined) return { place: this.#place, name: here };
    this.#names.set(type, identifier(name));
    const owner = this.#owners.get(type);
    if (owner === undefined) this.#owners.set(type, { place: this.#place, name: identifier(name) });
    return owner;
  }

  isHere({ place }: Owner): boolean {
    return place === this.#place;
  }

  print(type: ValType): string {
    // A handle that is owned is written as its resource.
    const names = (t: AnyType): string | undefined => (t.kind === "own" ? names(t.resource) : this.#names.get(t));
    return names(type) ?? printType(type, { names, maxLength: MAX_TYPE_LENGTH });
  }
}

class InterfacePrinter {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  lines(externs: readonly Extern[]): string[] {
    const lines: string[] = [];
    const members = membersByResource(externs);
    for (const extern of externs) {
      switch (extern.kind) {
        case "resource": {
          const owner = this.#names.define(extern.resource, extern.name);
          if (owner !== undefined) lines.push(this.#again(extern.name, owner));
          else lines.push(...this.#resource(extern.name, members.get(extern.name) ?? []));
          break;
        }
        case "type":
          lines.push(...this.#type(extern.name, extern.type));
          break;
        case "func":
          if (memberOf(extern.name) === undefined)
            lines.push(`${identifier(extern.name)}: ${printFunc(extern.type, this.#names)};`);
          break;
        case "instance":
        case "core-module":
        case "component":
        case "value":
        case "other-type":
          lines.push(`// ${extern.name}: ${extern.kind}`);
          break;
      }
    }
    return lines;
  }

  #again(name: string, owner: Owner): string {
    if (this.#names.isHere(owner)) return `type ${identifier(name)} = ${owner.name};`;
    const renamed = owner.name === identifier(name) ? owner.name : `${owner.name} as ${identifier(name)}`;
    return owner.place === ""
      ? `// ${identifier(name)} is the world's ${owner.name}`
      : `use ${owner.place}.{${renamed}};`;
  }

  #type(name: string, type: ValType): string[] {
    switch (type.kind) {
      case "record":
      case "variant":
      case "enum":
      case "flags": {
        const owner = this.#names.define(type, name);
        return owner === undefined
          ? block(`${type.kind} ${identifier(name)}`, this.#parts(type))
          : [this.#again(name, owner)];
      }
      default:
        return [`type ${identifier(name)} = ${this.#names.print(type)};`];
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
    if (members.length === 0) return [`resource ${identifier(name)};`];
    return block(
      `resource ${identifier(name)}`,
      members.map((member) => this.#member(member)),
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

interface Member {
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
    list.push({ name, type: extern.type });
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
