;; Error contexts: their messages go from component to component, in either's encoding; dropping one leaves the other's.
(component
  (component $Maker
    (core module $Mem (memory (export "memory") 1) (data (i32.const 16) "Käse"))
    (core instance $mem (instantiate $Mem))
    (core func $new (canon error-context.new (memory (core memory $mem "memory"))))
    (core module $M
      (import "" "new" (func $new (param i32 i32) (result i32)))
      (func (export "fail") (result i32) (call $new (i32.const 16) (i32.const 5))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "fail") (result error-context) (canon lift (core func $m "fail"))))
  (component $Reader
    (import "fail" (func $fail (result error-context)))
    (core module $Mem
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 32)))
    (core instance $mem (instantiate $Mem))
    (core func $fail' (canon lower (func $fail)))
    (core func $message (canon error-context.debug-message string-encoding=utf16
      (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
    (core func $drop (canon error-context.drop))
    (core module $M
      (import "" "memory" (memory 1))
      (import "" "fail" (func $fail (result i32)))
      (import "" "message" (func $message (param i32 i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "read") (result i32)
        (local $e i32) (local $f i32)
        (local.set $e (call $fail))
        (local.set $f (call $fail))
        (call $drop (local.get $e))
        (call $message (local.get $f) (i32.const 8))
        (call $drop (local.get $f))
        (i32.const 8))
      (func (export "twice") (local $e i32)
        (local.set $e (call $fail))
        (call $drop (local.get $e))
        (call $drop (local.get $e)))
      (func (export "out-of-bounds") (call $message (call $fail) (i32.const 65532))))
    (core instance $m (instantiate $M (with "" (instance
      (export "memory" (memory $mem "memory")) (export "fail" (func $fail')) (export "message" (func $message))
      (export "drop" (func $drop))))))
    (func (export "read") (result string)
      (canon lift (core func $m "read") string-encoding=utf16 (memory (core memory $mem "memory"))))
    (func (export "twice") (canon lift (core func $m "twice")))
    (func (export "out-of-bounds") (canon lift (core func $m "out-of-bounds"))))
  (instance $maker (instantiate $Maker))
  (instance $reader (instantiate $Reader (with "fail" (func $maker "fail"))))
  (func (export "read") (alias export $reader "read"))
  (func (export "out-of-bounds") (alias export $reader "out-of-bounds"))
  (func (export "twice") (alias export $reader "twice")))
(assert_return (invoke "read") (str.const "Käse"))
(assert_return (invoke "read") (str.const "Käse"))
(assert_trap (invoke "twice") "unknown handle index 1, where an error context is wanted")

;; Where the message goes is looked at when it is stored, after the `realloc` for its text: `store_string`.
(component
  (core module $Mem
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (drop (memory.grow (i32.const 1))) (i32.const 32)))
  (core instance $mem (instantiate $Mem))
  (core func $new (canon error-context.new (memory (core memory $mem "memory"))))
  (core func $message (canon error-context.debug-message
    (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "memory" (memory 1))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "message" (func $message (param i32 i32)))
    (func (export "read") (result i32)
      (i32.store (i32.const 8) (i32.const 0x6b6f)) ;; "ok"
      (call $message (call $new (i32.const 8) (i32.const 2)) (i32.const 0x10000))
      (i32.const 0x10000)))
  (core instance $m (instantiate $M (with "" (instance
    (export "memory" (memory $mem "memory")) (export "new" (func $new)) (export "message" (func $message))))))
  (func (export "read") (result string) (canon lift (core func $m "read") (memory (core memory $mem "memory")))))
(assert_return (invoke "read") (str.const "ok"))
