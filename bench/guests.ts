/**
 * The components that are measured, assembled from the texts in guests/, in which comments like `(; this ;)` are markers
 * for what is the same in many places. They are built once and kept in .cache, so that engines for which the assembler
 * is too heavy find them there.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type Encoding = "utf8" | "utf16" | "latin1+utf16";

interface GuestSource {
  readonly file: string;
  /** The encoding of the component, or of both components, if there are two. */
  readonly encodings: readonly [Encoding, Encoding];
}

const utf8 = ["utf8", "utf8"] as const;

const guestSources = {
  scalars: { file: "scalars", encodings: utf8 },
  "strings-utf8": { file: "strings", encodings: utf8 },
  "strings-utf16": { file: "strings", encodings: ["utf16", "utf16"] },
  "strings-latin1": { file: "strings", encodings: ["latin1+utf16", "latin1+utf16"] },
  lists: { file: "lists", encodings: utf8 },
  compounds: { file: "compounds", encodings: utf8 },
  resources: { file: "resources", encodings: utf8 },
  imports: { file: "imports", encodings: utf8 },
  "host-resources": { file: "host-resources", encodings: utf8 },
  linked: { file: "linked", encodings: utf8 },
  "linked-utf8-utf16": { file: "linked", encodings: ["utf8", "utf16"] },
  "linked-utf16-utf8": { file: "linked", encodings: ["utf16", "utf8"] },
} as const satisfies Record<string, GuestSource>;

export type GuestName = keyof typeof guestSources;

export const cacheFolder: string = fileURLToPath(new URL(".cache/", import.meta.url));

/** The bytes of a guest: out of the cache if they are there and the text is the same. */
export function guestBytes(name: GuestName): Promise<Uint8Array<ArrayBuffer>> {
  return assembled(name, guestText(name));
}

/** The same for guests/async.wat, which is measured by async.ts. */
export function asyncGuestBytes(): Promise<Uint8Array<ArrayBuffer>> {
  return assembled("async", readFileSync(new URL("guests/async.wat", import.meta.url), "utf8"));
}

async function assembled(name: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const cached = `${cacheFolder}guests/${name}-${hash(text)}.wasm`;
  if (!existsSync(cached)) {
    const { parse } = await import("@bytecodealliance/jco-transpile/wasm-tools");
    mkdirSync(`${cacheFolder}guests`, { recursive: true });
    writeFileSync(cached, await parse(text));
  }
  return new Uint8Array(readFileSync(cached));
}

export const hash = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex").slice(0, 12);

/** Text of so many characters: ASCII, as most text is. */
export function ascii(length: number): string {
  return "The quick brown fox jumps over the lazy dog. ".repeat(Math.ceil(length / 45)).slice(0, length);
}

function guestText(name: GuestName): string {
  const { file, encodings } = guestSources[name];
  const read = (part: string) => readFileSync(new URL(`guests/${part}.wat`, import.meta.url), "utf8");
  const option = (encoding: Encoding) => `string-encoding=${encoding}`;
  const [caller, callee] = encodings;
  return read(file)
    .replaceAll("(; allocator ;)", read("allocator").trim())
    .replaceAll(/\(; (caller's )?encoding ;\)/g, option(caller))
    .replaceAll("(; callee's encoding ;)", option(callee))
    .replaceAll(/\(; (\d+) characters ;\)/g, (_, length) => escaped(ascii(Number(length)), caller))
    .replaceAll(/\(; repeat ([\w-]+) ;\)([\s\S]*?)\(; end ;\)/g, (_, label, body) => repeated(label, body))
    .replaceAll(/\(; export ([\w -]+) ;\)/g, (_, labels) => each(labels, exported))
    .replaceAll(/\(; re-export (\$\w+) ([\w -]+) ;\)/g, (_, from, labels) =>
      each(labels, (label) => `(export "${label}" (func ${from} "${label}"))`),
    );
}

const each = (labels: string, write: (label: string) => string): string =>
  labels.trim().split(/\s+/).map(write).join("\n");

/** A core function that runs its body n times, at least once. */
function repeated(label: string, body: string): string {
  return `
    (func (export "${label}") (param $n i32) (result i32) (local $i i32) (local $sum i32)
      (loop $next
        ${body.trim()}
        (br_if $next
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
      (local.get $sum))`;
}

function exported(label: string): string {
  return `(func (export "${label}") (param "n" u32) (result u32) (canon lift (core func $i "${label}")))`;
}

/** Text as the bytes of a data segment. */
function escaped(text: string, encoding: Encoding): string {
  const bytes = Buffer.from(text, encoding === "utf16" ? "utf16le" : "latin1");
  return [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}
