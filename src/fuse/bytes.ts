/**
 * Bytes from one memory to another. A `memory.copy` calls into the engine, so few bytes are moved by loads and stores, of
 * which the last two overlap.
 */
import type { Func, Local } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import type { Side } from "./side.ts";

/** Up to so many bytes, loads and stores are quicker. */
const SHORT = 32;

/** Copies bytes: of a destination, a source and a number of type `i32` on the stack. */
export function copyBytes(code: Code, from: Side, to: Side): void {
  code.call(copyHelper(code, from, to));
}

function copyHelper({ module }: Code, from: Side, to: Side): Func {
  return module.helper("copy bytes", [from.memoryKey, to.memoryKey], () => ({
    params: [to.pointer, from.pointer, "i32"],
    results: [],
    write: (code, [target, source, n]) => writeCopy(code, from, to, target!, source!, n!),
  }));
}

function writeCopy(code: Code, from: Side, to: Side, target: Local, source: Local, n: Local): void {
  code.get(n).i32(SHORT).emit("i32.gt_u");
  code.if(() => {
    code.get(target, source, n);
    if (from.pointer === "i64" && to.pointer === "i64") code.emit("i64.extend_i32_u");
    code.emit("memory.copy", to.memory, from.memory).emit("return");
  });
  for (const [size, load, write] of [
    [16, "v128.load", "v128.store"],
    [8, "i64.load", "i64.store"],
    [4, "i32.load", "i32.store"],
  ] as const) {
    code.get(n).i32(size).emit("i32.ge_u");
    code.if(() => {
      // Both loads come first, for no reason but that stores can wait.
      const end = () => code.get(n).fromI32(to).emit(to.op("add")).pointer(to, size).emit(to.op("sub"));
      const sourceEnd = () => code.get(n).fromI32(from).emit(from.op("add")).pointer(from, size).emit(from.op("sub"));
      code.get(target, source).emit(load, { memory: from.memory, align: 0 });
      code.get(target);
      end();
      code.get(source);
      sourceEnd();
      code.emit(load, { memory: from.memory, align: 0 });
      code.emit(write, { memory: to.memory, align: 0 });
      code.emit(write, { memory: to.memory, align: 0 });
      code.emit("return");
    });
  }
  code.get(n).if(() => {
    // The first, the middle and the last of up to three bytes.
    for (const offset of [
      () => code.i32(0),
      () => code.get(n).i32(1).emit("i32.shr_u"),
      () => code.get(n).i32(1).emit("i32.sub"),
    ]) {
      code.get(target);
      offset();
      code.fromI32(to).emit(to.op("add")).get(source);
      offset();
      code.fromI32(from).emit(from.op("add")).emit("i32.load8_u", { memory: from.memory });
      code.emit("i32.store8", { memory: to.memory });
    }
  });
}
