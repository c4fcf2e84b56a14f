;; What has its caller suspended gives nothing yet, whose core type may be i64: a result, and the progress of a copy from or
;; to a 64-bit memory.
(component
  (component $Callee
    (core module $m
      (import "" "return" (func $return (param i64)))
      (global $v (mut i64) (i64.const 0))
      (func (export "f") (param i64) (result i32) (global.set $v (local.get 0)) (i32.const 1 (; YIELD ;)))
      (func (export "cb") (param i32 i32 i32) (result i32) (call $return (global.get $v)) (i32.const 0 (; EXIT ;))))
    (core func $return (canon task.return (result u64)))
    (core instance $i (instantiate $m (with "" (instance (export "return" (func $return))))))
    (func (export "f") async (param "v" u64) (result u64)
      (canon lift (core func $i "f") async (callback (core func $i "cb")))))
  (component $Caller
    (import "f" (func $f async (param "v" u64) (result u64)))
    (core func $f (canon lower (func $f)))
    (core module $m
      (import "" "f" (func $f (param i64) (result i64)))
      (func (export "run") (param i64) (result i64)
        (i64.add (call $f (local.get 0)) (call $f (i64.const 1)))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "run") async (param "v" u64) (result u64) (canon lift (core func $i "run"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "f" (func $callee "f"))))
  (export "run" (func $caller "run")))
(assert_return (invoke "run" (u64.const 0xfffffffffffffff0)) (u64.const 0xfffffffffffffff1))

(component
  (core module $memory (memory (export "memory") i64 1))
  (core instance $memory (instantiate $memory))
  (type $s (stream u8))
  (core func $new (canon stream.new $s))
  (core func $read (canon stream.read $s (memory (core memory $memory "memory"))))
  (core func $write (canon stream.write $s async (memory (core memory $memory "memory"))))
  (core module $table (table (export "table") 1 funcref))
  (core instance $table (instantiate $table))
  (core type $start (func (param i32)))
  (core func $thread (canon thread.new-indirect $start (core table $table "table")))
  (core func $later (canon thread.resume-later))
  (core module $m
    (import "" "new" (func $new (result i64)))
    (import "" "read" (func $read (param i32 i64 i64) (result i64)))
    (import "" "write" (func $write (param i32 i64 i64) (result i64)))
    (import "" "thread" (func $thread (param i32 i32) (result i32)))
    (import "" "later" (func $later (param i32)))
    (import "" "table" (table $t 1 funcref))
    (elem (table $t) (i32.const 0) func $writer)
    (func $writer (param i32) (drop (call $write (local.get 0) (i64.const 64) (i64.const 3))))
    (func (export "run") (result i64) (local $ends i64)
      (local.set $ends (call $new))
      (call $later (call $thread (i32.const 0) (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32)))))
      (call $read (i32.wrap_i64 (local.get $ends)) (i64.const 0) (i64.const 10))))
  (core instance $i (instantiate $m (with "" (instance
    (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))
    (export "thread" (func $thread)) (export "later" (func $later)) (export "table" (table $table "table"))))))
  (func (export "run") async (result u64) (canon lift (core func $i "run"))))
;; three values, completed
(assert_return (invoke "run") (u64.const 48))
