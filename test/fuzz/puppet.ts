/**
 * The guests of the fuzzer: core modules that write down all that happens to them, and do what a script in their memory
 * says.
 *
 * A function of such a guest logs the core values that it gets, then takes actions from the script: calls of imports with
 * core values that the script has, whose results it logs as well. At the end it returns the core value that the script has
 * for it. So whoever writes the script decides what a guest passes on, be it valid or not, and whoever reads the log and
 * the memory knows what arrived.
 *
 * There are two modules, since lowered functions need a memory before the module exists that imports them: the first has
 * the memory and its `realloc`, the second all else.
 */
import type { Body, Local, Memory } from "../../src/wasm/body.ts";
import { ModuleEncoder } from "../../src/wasm/encoder.ts";
import type { CoreFuncType, CoreType, PtrType } from "../reference/types.ts";

/** Where things are in a guest's memory. All words have eight bytes. */
export const places = {
  log: 0x400,
  logLimit: 0x7e00,
  /** The list that `dump` returns. What follows is out of the way of whoever writes to a small address by mistake. */
  dumped: 0x7f10,
  /** The number (from 1) of the call of `realloc` that gives a certain answer; the answer; `behaviours`. */
  wrongCall: 0x7f20,
  wrongAnswer: 0x7f28,
  behaviour: 0x7f30,
  logEnd: 0x7f40,
  script: 0x7f48,
  heapTop: 0x7f50,
  reallocs: 0x7f58,
  scriptStart: 0x8000,
  scriptLimit: 0xc000,
  data: 0xc000,
  dataLimit: 0x20000,
  scratch: 0x20000,
  scratchLimit: 0x24000,
  heap: 0x24000,
  pages: 4,
} as const;

/** Bits of the word `behaviour`. */
export const behaviours = { moves: 1n, grows: 2n } as const;

/** The first word of what is logged, to which the number of the function is added. */
export const events = { realloc: 0x100, call: 0x200, result: 0x300, postReturn: 0x400, destructor: 0x500 } as const;

/** How many words `poke` writes at once. */
export const POKED = 14;

/** A core function that the second module imports from `i`. */
export interface PuppetImport {
  readonly name: string;
  readonly type: CoreFuncType;
}

/** A core function that it exports, with the `post-return` that goes with it under the same name and a quote. */
export interface PuppetExport {
  readonly name: string;
  readonly type: CoreFuncType;
  readonly postReturn: boolean;
}

/** Writes code over one memory. */
class Code {
  readonly body: Body;
  readonly memory: Memory;
  readonly ptrType: PtrType;

  constructor(body: Body, memory: Memory, ptrType: PtrType) {
    this.body = body;
    this.memory = memory;
    this.ptrType = ptrType;
  }

  /** From an `i64` on the stack to an address. */
  address(): void {
    if (this.ptrType === "i32") this.body.emit("i32.wrap_i64");
  }

  at(place: number): void {
    if (this.ptrType === "i32") this.body.emit("i32.const", place);
    else this.body.emit("i64.const", BigInt(place));
  }

  loadWord(place: number): void {
    this.at(place);
    this.body.emit("i64.load", { memory: this.memory });
  }

  storeWord(place: number, value: () => void): void {
    this.at(place);
    value();
    this.body.emit("i64.store", { memory: this.memory });
  }

  /** A local as an `i64`. */
  word(local: Local, type: CoreType): void {
    const { body } = this;
    body.emit("local.get", local);
    switch (type) {
      case "i32":
        body.emit("i64.extend_i32_u");
        return;
      case "i64":
        return;
      // Bits of NaNs may change on any way.
      case "f32":
        body.emit("i32.reinterpret_f32").emit("i64.extend_i32_u").emit("i64.const", 0x7fc00000n);
        body.emit("local.get", local).emit("local.get", local).emit("f32.eq").emit("select");
        return;
      case "f64":
        body.emit("i64.reinterpret_f64").emit("i64.const", 0x7ff8000000000000n);
        body.emit("local.get", local).emit("local.get", local).emit("f64.eq").emit("select");
    }
  }

  /** From a word on the stack. */
  fromWord(type: CoreType): void {
    const { body } = this;
    switch (type) {
      case "i32":
        body.emit("i32.wrap_i64");
        return;
      case "i64":
        return;
      case "f32":
        body.emit("i32.wrap_i64").emit("f32.reinterpret_i32");
        return;
      case "f64":
        body.emit("f64.reinterpret_i64");
    }
  }
}

/** The module with the memory: exports `mem`, `realloc`, `dtor`, `log`, `script`, `poke`, `clear` and `dump`. */
export function memoryModule(ptrType: PtrType, rep: "i32" | "i64"): Uint8Array {
  const m = new ModuleEncoder();
  const memory = m.memory({ min: places.pages, index: ptrType });
  m.export("mem", memory);
  const func = (name: string, params: readonly CoreType[], results: readonly CoreType[]) => {
    const { func, body } = m.func(m.type(params, results), name);
    m.export(name, func);
    return { func, code: new Code(body, memory, ptrType) };
  };

  const { func: log, code: logCode } = func("log", ["i64"], []);
  {
    const { body } = logCode;
    const end = body.local("i64");
    logCode.loadWord(places.logEnd);
    body.emit("local.tee", end).emit("i64.const", BigInt(places.logLimit)).emit("i64.lt_u");
    body.if(() => {
      body.emit("local.get", end);
      logCode.address();
      body.emit("local.get", body.param(0)).emit("i64.store", { memory });
    });
    logCode.storeWord(places.logEnd, () => body.emit("local.get", end).emit("i64.const", 8n).emit("i64.add"));
  }

  const { code: script } = func("script", [], ["i64"]);
  {
    const { body } = script;
    const at = body.local("i64");
    script.loadWord(places.script);
    body.emit("local.set", at);
    script.storeWord(places.script, () => body.emit("local.get", at).emit("i64.const", 8n).emit("i64.add"));
    body.emit("local.get", at);
    script.address();
    body.emit("i64.load", { memory });
  }

  const { code: destructor } = func("dtor", [rep], []);
  destructor.body.emit("i64.const", BigInt(events.destructor)).emit("call", log);
  destructor.word(destructor.body.param(0), rep);
  destructor.body.emit("call", log);

  const { code: poke } = func("poke", ["i32", ...Array.from({ length: POKED }, () => "i64" as const)], []);
  for (let i = 0; i < POKED; i++) {
    poke.body.emit("local.get", poke.body.param(0));
    if (ptrType === "i64") poke.body.emit("i64.extend_i32_u");
    poke.body.emit("local.get", poke.body.param(i + 1)).emit("i64.store", { memory, offset: 8 * i });
  }

  const { code: clear } = func("clear", [], []);
  clear.at(places.log);
  clear.body.emit("i32.const", 0);
  clear.at(places.logLimit - places.log);
  clear.body.emit("memory.fill", memory);
  clear.at(places.scratch);
  clear.body.emit("i32.const", 0).emit("memory.size", memory);
  if (ptrType === "i32") clear.body.emit("i32.const", 16).emit("i32.shl");
  else clear.body.emit("i64.const", 16n).emit("i64.shl");
  clear.at(places.scratch);
  clear.body.emit(ptrType === "i32" ? "i32.sub" : "i64.sub").emit("memory.fill", memory);

  const { code: dump } = func("dump", [], [ptrType]);
  dump.at(places.dumped);
  if (ptrType === "i32") dump.body.emit("i32.const", 0).emit("i32.store", { memory });
  else dump.body.emit("i64.const", 0n).emit("i64.store", { memory });
  dump.at(places.dumped);
  dump.loadWord(places.heapTop);
  if (ptrType === "i32") dump.body.emit("i32.wrap_i64").emit("i32.store", { memory, offset: 4 });
  else dump.body.emit("i64.store", { memory, offset: 8 });
  dump.at(places.dumped);

  const { code: realloc } = func("realloc", [ptrType, ptrType, ptrType, ptrType], [ptrType]);
  writeRealloc(realloc, () => realloc.body.emit("call", log));
  return m.finish();
}

/** A bump allocator with bad manners on demand. It computes in `i64` throughout. */
function writeRealloc(code: Code, log: () => void): void {
  const { body, memory, ptrType } = code;
  body.emit("i64.const", BigInt(events.realloc));
  log();
  const [old, oldSize, alignment, size] = [0, 1, 2, 3].map((i) => {
    const local = body.local("i64");
    code.word(body.param(i), ptrType);
    body.emit("local.tee", local);
    log();
    return local;
  }) as [Local, Local, Local, Local];
  const result = body.local("i64");
  const end = body.local("i64");

  code.storeWord(places.reallocs, () => {
    code.loadWord(places.reallocs);
    body.emit("i64.const", 1n).emit("i64.add");
  });
  const behaves = (bit: bigint) => {
    code.loadWord(places.behaviour);
    body.emit("i64.const", bit).emit("i64.and").emit("i64.eqz").emit("i32.eqz");
  };
  const growBy = (pages: () => void) => {
    pages();
    code.address();
    body.emit("memory.grow", memory);
  };
  behaves(behaviours.grows);
  body.if(() => {
    growBy(() => body.emit("i64.const", 1n));
    body.emit("drop");
  });

  body.block((done) => {
    code.loadWord(places.reallocs);
    code.loadWord(places.wrongCall);
    body.emit("i64.eq");
    body.if(() => {
      code.loadWord(places.wrongAnswer);
      body.emit("local.set", result).emit("br", done);
    });
    // Shrinking is done in place.
    body.emit("local.get", old).emit("i64.eqz").emit("i32.eqz");
    body.emit("local.get", size).emit("local.get", oldSize).emit("i64.le_u").emit("i32.and");
    behaves(behaviours.moves);
    body.emit("i32.eqz").emit("i32.and");
    body.if(() => {
      body.emit("local.get", old).emit("local.set", result).emit("br", done);
    });
    code.loadWord(places.heapTop);
    body.emit("local.get", alignment).emit("i64.add").emit("i64.const", 1n).emit("i64.sub");
    body.emit("i64.const", 0n).emit("local.get", alignment).emit("i64.sub").emit("i64.and").emit("local.set", result);
    body.emit("local.get", result).emit("local.get", size).emit("i64.add").emit("local.set", end);
    const bytes = () => {
      body.emit("memory.size", memory);
      if (ptrType === "i32") body.emit("i64.extend_i32_u");
      body.emit("i64.const", 16n).emit("i64.shl");
    };
    body.emit("local.get", end);
    bytes();
    body.emit("i64.gt_u");
    body.if(() => {
      growBy(() => {
        body.emit("local.get", end);
        bytes();
        body.emit("i64.sub").emit("i64.const", 0xffffn).emit("i64.add").emit("i64.const", 16n).emit("i64.shr_u");
      });
      if (ptrType === "i32") body.emit("i32.const", -1).emit("i32.eq");
      else body.emit("i64.const", -1n).emit("i64.eq");
      body.if(() => body.emit("unreachable"));
    });
    code.storeWord(places.heapTop, () => body.emit("local.get", end));
    body.emit("local.get", old).emit("i64.eqz").emit("br_if", done);
    for (const local of [result, old]) {
      body.emit("local.get", local);
      code.address();
    }
    body.emit("local.get", oldSize).emit("local.get", size);
    body.emit("local.get", oldSize).emit("local.get", size).emit("i64.lt_u").emit("select");
    code.address();
    body.emit("memory.copy", memory, memory);
  });
  body.emit("local.get", result);
  log();
  body.emit("local.get", result);
  code.address();
}

/** The module that acts: imports `m` and `i`; exports `run`, the functions given and what is to be called after them. */
export function actorModule(
  ptrType: PtrType,
  imports: readonly PuppetImport[],
  exports: readonly PuppetExport[],
): Uint8Array {
  const m = new ModuleEncoder();
  const log = m.importFunc("m", "log", m.type(["i64"], []));
  const script = m.importFunc("m", "script", m.type([], ["i64"]));
  const called = imports.map(({ name, type }) => ({
    type,
    func: m.importFunc("i", name, m.type(type.params, type.results)),
  }));
  const memory = m.importMemory("m", "mem", { min: 0, index: ptrType });

  const act = m.func(m.type([], []), "act");
  {
    const { body } = act;
    const code = new Code(body, memory, ptrType);
    const action = body.local("i64");
    body.block((done) => {
      body.loop((next) => {
        body.emit("call", script).emit("local.tee", action).emit("i64.eqz").emit("br_if", done);
        for (const [i, { type, func }] of called.entries()) {
          body
            .emit("local.get", action)
            .emit("i64.const", BigInt(i + 1))
            .emit("i64.eq");
          body.if(() => {
            for (const param of type.params) {
              body.emit("call", script);
              code.fromWord(param);
            }
            body.emit("call", func);
            const [result] = type.results;
            const local = result && body.local(result);
            if (local !== undefined) body.emit("local.set", local);
            body.emit("i64.const", BigInt(events.result + i)).emit("call", log);
            if (local !== undefined) {
              code.word(local, result!);
              body.emit("call", log);
            }
            body.emit("br", next);
          });
        }
        body.emit("unreachable");
      });
    });
  }
  m.export("run", act.func);

  for (const [i, { name, type, postReturn }] of exports.entries()) {
    const { func, body } = m.func(m.type(type.params, type.results), name);
    const code = new Code(body, memory, ptrType);
    body.emit("i64.const", BigInt(events.call + i)).emit("call", log);
    for (const [p, param] of type.params.entries()) {
      code.word(body.param(p), param);
      body.emit("call", log);
    }
    body.emit("call", act.func);
    for (const result of type.results) {
      body.emit("call", script);
      code.fromWord(result);
    }
    m.export(name, func);
    if (!postReturn) continue;
    const after = m.func(m.type(type.results, []), `${name}'`);
    const afterCode = new Code(after.body, memory, ptrType);
    after.body.emit("i64.const", BigInt(events.postReturn + i)).emit("call", log);
    for (const [r, result] of type.results.entries()) {
      afterCode.word(after.body.param(r), result);
      after.body.emit("call", log);
    }
    m.export(`${name}'`, after.func);
  }
  return m.finish();
}
