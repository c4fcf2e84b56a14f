;; An empty list at address 0, passed to another component right after the memory that it is in has grown.
(component
  (component $Length
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8))
      (func (export "length") (param i32 i32) (result i32) (local.get 1)))
    (core instance $i (instantiate $m))
    (func (export "length") (param "list" (list u16)) (result u32)
      (canon lift (core func $i "length") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
  (instance $length (instantiate $Length))
  (component $Caller
    (import "length" (func $length (param "list" (list u16)) (result u32)))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $length' (canon lower (func $length) (memory (core memory $libc "memory"))))
    (core module $m
      (import "" "memory" (memory 1))
      (import "" "length" (func $length (param i32 i32) (result i32)))
      (func (export "run") (result i32)
        (if (i32.ne (call $length (i32.const 0) (i32.const 3)) (i32.const 3)) (then unreachable))
        (drop (memory.grow (i32.const 1)))
        (call $length (i32.const 0) (i32.const 0))))
    (core instance $i (instantiate $m (with "" (instance
      (export "memory" (memory $libc "memory"))
      (export "length" (func $length'))))))
    (func (export "run") (result u32) (canon lift (core func $i "run"))))
  (instance $caller (instantiate $Caller (with "length" (func $length "length"))))
  (export "run" (func $caller "run")))
(assert_return (invoke "run") (u32.const 0))
