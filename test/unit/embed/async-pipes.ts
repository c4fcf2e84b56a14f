/**
 * What guests read streams and futures with, and write them. `sum` adds the bytes of a stream, `letters` those of its
 * strings; `get` gives the value of a future, `give` a future of the value, unless that is 0.
 */
import type { Guest } from "./async-guests.ts";

/** Parts of a guest, which has to export what it wants of `code`. */
export const pipes = {
  types: "(type $S (stream u8)) (type $N (stream u32)) (type $W (stream string)) (type $F (future u32))",
  builtins: {
    "return-u32": { core: "(param i32)", is: "task.return (result u32)" },
    "return-bytes": { core: "(param i32)", is: "task.return (result $S)" },
    "return-numbers": { core: "(param i32)", is: "task.return (result $N)" },
    "return-future": { core: "(param i32)", is: "task.return (result $F)" },
    "read-bytes": { core: "(param i32 i32 i32) (result i32)", is: "stream.read $S (memory $memory)" },
    "drop-bytes": { core: "(param i32)", is: "stream.drop-readable $S" },
    "read-words": {
      core: "(param i32 i32 i32) (result i32)",
      is: "stream.read $W (memory $memory) (realloc (func $realloc))",
    },
    "drop-words": { core: "(param i32)", is: "stream.drop-readable $W" },
    "new-numbers": { core: "(result i64)", is: "stream.new $N" },
    "write-numbers": { core: "(param i32 i32 i32) (result i32)", is: "stream.write $N (memory $memory)" },
    "drop-numbers": { core: "(param i32)", is: "stream.drop-writable $N" },
    "new-future": { core: "(result i64)", is: "future.new $F" },
    "read-future": { core: "(param i32 i32) (result i32)", is: "future.read $F (memory $memory)" },
    "write-future": { core: "(param i32 i32) (result i32)", is: "future.write $F (memory $memory)" },
    "drop-future": { core: "(param i32)", is: "future.drop-readable $F" },
    "drop-writable-future": { core: "(param i32)", is: "future.drop-writable $F" },
  },
  code: `
    (func (export "sum") (param $s i32) (local $sum i32) (local $read i32) (local $i i32)
      (loop $more
        (local.set $read (call $read-bytes (local.get $s) (i32.const 16) (i32.const 4)))
        (local.set $i (i32.const 0))
        (loop $add
          (if (i32.lt_u (local.get $i) (i32.shr_u (local.get $read) (i32.const 4))) (then
            (local.set $sum (i32.add (local.get $sum) (i32.load8_u offset=16 (local.get $i))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $add))))
        (br_if $more (i32.eqz (i32.and (local.get $read) (i32.const 15)))))
      (call $drop-bytes (local.get $s))
      (call $return-u32 (local.get $sum)))
    (func (export "letters") (param $s i32) (local $sum i32) (local $read i32) (local $i i32)
      (loop $more
        (local.set $read (call $read-words (local.get $s) (i32.const 16) (i32.const 2)))
        (local.set $i (i32.const 0))
        (loop $add
          (if (i32.lt_u (local.get $i) (i32.shr_u (local.get $read) (i32.const 4))) (then
            (local.set $sum (i32.add (local.get $sum) (i32.load offset=20 (i32.shl (local.get $i) (i32.const 3)))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $add))))
        (br_if $more (i32.eqz (i32.and (local.get $read) (i32.const 15)))))
      (call $drop-words (local.get $s))
      (call $return-u32 (local.get $sum)))
    (func (export "get") (param $f i32)
      (drop (call $read-future (local.get $f) (i32.const 16)))
      (call $drop-future (local.get $f))
      (call $return-u32 (i32.load (i32.const 16))))
    (func (export "give") (param $n i32) (local $ends i64) (local $w i32)
      (local.set $ends (call $new-future))
      (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (call $return-future (i32.wrap_i64 (local.get $ends)))
      (if (i32.eqz (local.get $n)) (then unreachable))
      (i32.store (i32.const 32) (local.get $n))
      (drop (call $write-future (local.get $w) (i32.const 32)))
      (call $drop-writable-future (local.get $w)))`,
} as const satisfies Omit<Guest, "exports">;
