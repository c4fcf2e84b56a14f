/**
 * Core types as text, as the text format of core WebAssembly writes them: for messages, and for telling types apart.
 */
import type { AbstractHeapType, CoreValType, DefinedType, FieldType, HeapType } from "./types.ts";

/** What stands for a type in the text of another. */
export type NameOf = (type: DefinedType) => string;

/** Types may lead back to themselves, so in messages the structure of types in types is not told. */
const kindOf: NameOf = (type) => type.composite.kind;

function printHeap(heap: HeapType, nameOf: NameOf): string {
  if (heap.kind === "defined") return nameOf(heap.type);
  return heap.shared ? `(shared ${heap.type})` : heap.type;
}

export function printVal(type: FieldType["storage"], nameOf: NameOf = printDefined): string {
  if (typeof type === "string") return type;
  const { nullable, heap } = type;
  if (heap.kind === "abstract" && !heap.shared && nullable) return printNullable(heap.type);
  return `(ref ${nullable ? "null " : ""}${printHeap(heap, nameOf)})`;
}

function printNullable(type: AbstractHeapType): string {
  return type.startsWith("no") ? `null${type === "none" ? "" : type.slice(2)}ref` : `${type}ref`;
}

function printField({ storage, mutable }: FieldType, nameOf: NameOf): string {
  return mutable ? `(mut ${printVal(storage, nameOf)})` : printVal(storage, nameOf);
}

function printList(head: string, types: readonly CoreValType[], nameOf: NameOf): string {
  let text = "";
  for (const type of types) text += ` ${printVal(type, nameOf)}`;
  return text === "" ? "" : ` (${head}${text})`;
}

/** A defined type's structure. */
export function printDefined({ composite, shared }: DefinedType, nameOf: NameOf = kindOf): string {
  const text = () => {
    switch (composite.kind) {
      case "func":
        return `(func${printList("param", composite.params, nameOf)}${printList("result", composite.results, nameOf)})`;
      case "struct":
        return `(struct${composite.fields.map((field) => ` (field ${printField(field, nameOf)})`).join("")})`;
      case "array":
        return `(array ${printField(composite.field, nameOf)})`;
      case "cont":
        return `(cont ${printHeap(composite.type, nameOf)})`;
    }
  };
  return shared ? `(shared ${text()})` : text();
}
