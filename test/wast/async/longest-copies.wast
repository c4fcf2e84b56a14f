;; A copy may be of 2^28 - 1 values, and no more: its progress is told in 28 bits. Of a stream of nothing that takes no
;; memory, and its pointers are not looked at.
(component definition $Nothing
  (type $s (stream))
  (core func $new (canon stream.new $s))
  (core func $read (canon stream.read $s async))
  (core func $write (canon stream.write $s async))
  (core module $m
    (import "" "new" (func $new (result i64)))
    (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (import "" "write" (func $write (param i32 i32 i32) (result i32)))
    (func (export "run") (param $w i32) (param $r i32) (result i32) (local $s i64)
      (local.set $s (call $new))
      (drop (call $write (i32.wrap_i64 (i64.shr_u (local.get $s) (i64.const 32))) (i32.const -1) (local.get $w)))
      (call $read (i32.wrap_i64 (local.get $s)) (i32.const -3) (local.get $r))))
  (core instance $i (instantiate $m (with "" (instance
    (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))))))
  (func (export "run") (param "w" u32) (param "r" u32) (result u32) (canon lift (core func $i "run"))))
(component instance $i $Nothing)
(assert_return (invoke "run" (u32.const 268435455) (u32.const 268435455)) (u32.const 4294967280))
(assert_return (invoke "run" (u32.const 268435455) (u32.const 5)) (u32.const 80))
(assert_return (invoke "run" (u32.const 7) (u32.const 268435455)) (u32.const 112))
(assert_return (invoke "run" (u32.const 0) (u32.const 268435455)) (u32.const 0xffffffff (; BLOCKED ;)))
(assert_return (invoke "run" (u32.const 1) (u32.const 0)) (u32.const 0))
(assert_trap (invoke "run" (u32.const 268435456) (u32.const 5)) "stream")
(component instance $i $Nothing)
(assert_trap (invoke "run" (u32.const 5) (u32.const 268435456)) "stream")
(component instance $i $Nothing)
(assert_trap (invoke "run" (u32.const 5) (u32.const 4294967295)) "stream")
