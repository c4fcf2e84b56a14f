/** Whether code units are UTF-16: whether each surrogate is one of a pair. */
import type { Func, Local } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import type { Side } from "./side.ts";
import { units } from "./vectors.ts";

/** The function that tells whether `n` code units at a pointer are UTF-16. */
export function checkUtf16({ module }: Code, side: Side): Func {
  return module.helper("check utf16", [side.memoryKey], () => ({
    params: [side.pointer, "i32"],
    results: ["i32"],
    write: (code, [ptr, n]) => write(code, side, ptr!, n!),
  }));
}

function write(code: Code, side: Side, ptr: Local, n: Local): void {
  const { memory } = side;
  const end = code.get(ptr, n).i32(1).emit("i32.shl").fromI32(side).emit(side.op("add")).keep(side.pointer);
  const unit = code.local("i32");
  const no = () => code.i32(0).emit("return");
  const advance = (size: number) => code.get(ptr).pointer(side, size).emit(side.op("add")).set(ptr);
  const atEnd = () => code.get(ptr, end).emit(side.op("eq"));
  const load = (offset: number) => code.get(ptr).emit("v128.load", { memory, align: 0, offset });
  // Thirty-two at a time, while they all come before the surrogates.
  code.while(
    () => code.get(end, ptr).emit(side.op("sub")).pointer(side, 64).emit(side.op("ge_u")),
    (out) => {
      for (const offset of [0, 16, 32, 48]) load(offset);
      code.emit("i16x8.max_u").emit("i16x8.max_u").emit("i16x8.max_u");
      code.emit("v128.const", units(0xd7ff)).emit("i16x8.gt_u").emit("v128.any_true").emit("br_if", out);
      advance(64);
    },
  );
  code.loop((again) => {
    // Eight at a time, while there are no surrogates among them.
    code.get(end, ptr).emit(side.op("sub")).pointer(side, 16).emit(side.op("ge_u"));
    code.if(() => {
      load(0).emit("v128.const", units(0xf800)).emit("v128.and");
      code.emit("v128.const", units(0xd800)).emit("i16x8.eq").emit("v128.any_true").emit("i32.eqz");
      code.if(() => {
        advance(16);
        code.emit("br", again);
      });
    });
    atEnd().if(() => code.i32(1).emit("return"));
    code.get(ptr).emit("i32.load16_u", { memory }).tee(unit);
    advance(2);
    code.i32(0xf800).emit("i32.and").i32(0xd800).emit("i32.ne").emit("br_if", again);
    code.get(unit).i32(0xdc00).emit("i32.ge_u").if(no);
    atEnd().if(no);
    code.get(ptr).emit("i32.load16_u", { memory }).i32(0xfc00).emit("i32.and").i32(0xdc00).emit("i32.ne").if(no);
    advance(2);
    code.emit("br", again);
  });
  code.emit("unreachable");
}
