/**
 * Components that together use nearly every production of the binary format that the text assembler knows as the
 * specification has it now.
 */
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";

export const samples: Readonly<Record<string, string>> = {
  types: `
    (type (record (field "a" u8) (field "b-C" string)))
    (type (variant (case "x") (case "y" s64)))
    (type (list char)) (type (tuple bool f32 f64)) (type (flags "a" "b")) (type (enum "p" "q"))
    (type (option u32)) (type (result)) (type (result u8)) (type (result (error string))) (type (result s8 (error s16)))
    (type (list u16 4)) (type (map string u64))
    (type (stream)) (type (stream u8)) (type (future)) (type (future 0)) (type error-context)
    (type (func (param "x" s32) (param "y" 0) (result 1))) (type (func async))
    (type $r (resource (rep i32))) (type (own $r)) (type (borrow $r))
    (type (component
      (type $t u8) (import "a" (func (param "v" $t))) (import "m" (core module))
      (export "r" (type $r (sub resource))) (export "e" (type (eq $t)))
      (export "i" (instance (export "f" (func))))
      (type (component (alias outer 1 0 (type $o)) (core type $q (module))))))
    (type (instance (export "f" (func)) (type (instance))))`,
  core: `
    (core type (func (param i32 f64) (result i64)))
    (core rec (type $a (sub (struct (field (ref null $b))))) (type $b (array (mut i8))))
    (core type (module
      (type (func)) (import "a" "b" (func (type 0))) (import "a" "m" (memory 1 2)) (import "a" "t" (table 1 funcref))
      (export "g" (global (mut i32))) (export "e" (tag (type 0)))))
    (core module $m
      (type $s (struct (field i32)))
      (func $f (export "f")) (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 7))
      (tag (export "e")) (global (ref null $s) (ref.null $s)) (data "abc") (start $f))
    (core module $n (import "a" "f" (func)) (import "a" "m" (memory 1)))
    (core instance $i (instantiate $m))
    (core instance (instantiate $n (with "a" (instance $i))))
    (core instance (instantiate $n (with "a" (instance (export "f" (func $i "f")) (export "m" (memory $i "m"))))))
    (alias core export $i "g" (core global)) (alias core export $i "t" (core table)) (alias core export $i "e" (core tag))
    (export "mod" (core module $m))`,
  linking: `
    (import "ns:pkg/face@1.2.3" (instance $face (export "f" (func $f (param "x" u32))) (export "r" (type (sub resource)))))
    (import "plain" (implements "ns:pkg/face") (external-id "https://example.com/") (instance))
    (import "c" (component $c (import "f" (func (param "x" u32))) (export "g" (func (param "x" u32)))))
    (alias export $face "f" (func $f))
    (instance $i (instantiate $c (with "f" (func $f))))
    (instance (export "all" (func $i "g")) (export "face" (instance $face)))
    (component $inner
      (component (component))
      (import "z" (func)))
    (export "g" (func $i "g") (func (param "x" u32)))
    (export "inner" (component $inner))`,
  canon: `
    (import "f" (func $f (param "x" string) (result string)))
    (core module $m (memory (export "m") 1) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "l") (param i32 i32) (result i32) unreachable) (func (export "p") (param i32))
      (table (export "t") 1 funcref))
    (core instance $i (instantiate $m))
    (core func (canon lower (func $f) (memory $i "m") (realloc (func $i "r")) string-encoding=utf16))
    (func $g (param "x" string) (result string)
      (canon lift (core func $i "l") (memory $i "m") (realloc (func $i "r")) (post-return (func $i "p")) string-encoding=latin1+utf16))
    (type $r (resource (rep i32)))
    (core func (canon resource.new $r)) (core func (canon resource.drop $r)) (core func (canon resource.rep $r))
    (export "g" (func $g))`,
  async: `
    (type $s (stream u8)) (type $f (future))
    (core module $m (memory (export "m") 1) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable)
      (table (export "t") 1 funcref) (func (export "c") (param i32 i32 i32) (result i32) unreachable)
      (func (export "l") (result i32) unreachable))
    (core instance $i (instantiate $m)) (alias core export $i "m" (core memory $m)) (alias core export $i "t" (core table $t))
    (alias core export $i "r" (core func $r))
    (core type $ft (func (param i32)))
    (func (export "l") async (canon lift (core func $i "l") async (callback (func $i "c"))))
    (core func (canon backpressure.inc)) (core func (canon backpressure.dec))
    (core func (canon task.return)) (core func (canon task.return (result u8) (memory $m))) (core func (canon task.cancel))
    (core func (canon context.get i32 0)) (core func (canon context.set i32 1))
    (core func (canon subtask.cancel)) (core func (canon subtask.cancel async)) (core func (canon subtask.drop))
    (core func (canon stream.new $s)) (core func (canon stream.read $s async (memory $m))) (core func (canon stream.write $s (memory $m)))
    (core func (canon stream.cancel-read $s)) (core func (canon stream.cancel-write $s async))
    (core func (canon stream.drop-readable $s)) (core func (canon stream.drop-writable $s))
    (core func (canon future.new $f)) (core func (canon future.read $f async)) (core func (canon future.write $f))
    (core func (canon future.cancel-read $f async)) (core func (canon future.cancel-write $f))
    (core func (canon future.drop-readable $f)) (core func (canon future.drop-writable $f))
    (core func (canon error-context.new (memory $m))) (core func (canon error-context.debug-message (memory $m) (realloc $r)))
    (core func (canon error-context.drop))
    (core func (canon waitable-set.new)) (core func (canon waitable-set.wait (memory $m)))
    (core func (canon waitable-set.poll cancellable (memory $m))) (core func (canon waitable-set.drop)) (core func (canon waitable.join))
    (core func (canon thread.index)) (core func (canon thread.new-indirect $ft (core table $t)))
    (core func (canon thread.resume-later)) (core func (canon thread.suspend cancellable)) (core func (canon thread.yield))
    (core func (canon thread.suspend-then-resume)) (core func (canon thread.yield-then-resume cancellable))
    (core func (canon thread.suspend-then-promote)) (core func (canon thread.yield-then-promote))`,
};

export async function assemble(name: string): Promise<Uint8Array> {
  return parse(`(component $${name} ${samples[name]})`);
}
