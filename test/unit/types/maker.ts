/** Types, made by what they consist of. */
import { TypeInterner } from "../../../src/types/interner.ts";
import type { Case, Field, FuncType, ResourceType, ValType } from "../../../src/types/types.ts";

export class TypeMaker extends TypeInterner {
  list(element: ValType, length?: number): ValType {
    return this.intern({ kind: "list", element, length });
  }

  map(key: ValType, value: ValType): ValType {
    return this.intern({ kind: "map", key, value });
  }

  record(fields: readonly Field[]): ValType {
    return this.intern({ kind: "record", fields });
  }

  tuple(types: readonly ValType[]): ValType {
    return this.intern({ kind: "tuple", types });
  }

  variant(cases: readonly Case[]): ValType {
    return this.intern({ kind: "variant", cases });
  }

  enum(labels: readonly string[]): ValType {
    return this.intern({ kind: "enum", labels });
  }

  flags(labels: readonly string[]): ValType {
    return this.intern({ kind: "flags", labels });
  }

  option(type: ValType): ValType {
    return this.intern({ kind: "option", type });
  }

  result(ok: ValType | undefined, error: ValType | undefined): ValType {
    return this.intern({ kind: "result", ok, error });
  }

  own(resource: ResourceType): ValType {
    return this.intern({ kind: "own", resource });
  }

  borrow(resource: ResourceType): ValType {
    return this.intern({ kind: "borrow", resource });
  }

  stream(payload: ValType | undefined): ValType {
    return this.intern({ kind: "stream", payload });
  }

  future(payload: ValType | undefined): ValType {
    return this.intern({ kind: "future", payload });
  }

  func(async: boolean, params: readonly Field[], result: ValType | undefined): FuncType {
    return this.intern({ kind: "func", async, params, result });
  }
}
