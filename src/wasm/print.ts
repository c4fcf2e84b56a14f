/**
 * Core types as text, for messages: as the text format of core WebAssembly writes them.
 */
import type { AbstractHeapType, CoreValType, DefinedType, FieldType, HeapType } from "./types.ts";

function printHeap(heap: HeapType): string {
  if (heap.kind === "defined") return printDefined(heap.type);
  return heap.shared ? `(shared ${heap.type})` : heap.type;
}

export function printVal(type: CoreValType): string {
  if (typeof type === "string") return type;
  if (type.heap.kind === "abstract" && !type.heap.shared && type.nullable) return printNullable(type.heap.type);
  return `(ref ${type.nullable ? "null " : ""}${printHeap(type.heap)})`;
}

function printNullable(type: AbstractHeapType): string {
  return type.startsWith("no") ? `null${type === "none" ? "" : type.slice(2)}ref` : `${type}ref`;
}

/** A defined type's structure; types within it by their kind alone, since they may lead back to it. */
export function printDefined(type: DefinedType): string {
  const inner = (val: CoreValType | "i8" | "i16"): string => {
    if (val === "i8" || val === "i16") return val;
    return typeof val !== "string" && val.heap.kind === "defined"
      ? `(ref ${val.nullable ? "null " : ""}${val.heap.type.composite.kind})`
      : printVal(val);
  };
  const field = (f: FieldType) => (f.mutable ? `(mut ${inner(f.storage)})` : inner(f.storage));
  const list = (head: string, items: readonly string[]) => (items.length > 0 ? ` (${head} ${items.join(" ")})` : "");
  const { composite } = type;
  const text = () => {
    switch (composite.kind) {
      case "func":
        return `(func${list("param", composite.params.map(inner))}${list("result", composite.results.map(inner))})`;
      case "struct":
        return `(struct${composite.fields.map((f) => ` (field ${field(f)})`).join("")})`;
      case "array":
        return `(array ${field(composite.field)})`;
      case "cont":
        return `(cont ${composite.type.kind === "defined" ? composite.type.type.composite.kind : composite.type.type})`;
    }
  };
  return type.shared ? `(shared ${text()})` : text();
}
