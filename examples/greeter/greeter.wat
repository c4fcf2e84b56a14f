;; A component that greets: the one of the README's first example.
;;
;;   import example:host/log@1.0.0 { log: func(message: string) }
;;   export greet: func(name: string) -> string
(component
  (import "example:host/log@1.0.0" (instance $log (export "log" (func (param "message" string)))))

  ;; Memory and allocation come first: lowering the import needs them before the module that calls it exists.
  (core module $Memory
    (memory (export "memory") 1)
    (data (i32.const 0) "greeting ")
    (data (i32.const 16) "Hello, ")
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $ptr i32)
      (local.set $ptr (global.get $next))
      (global.set $next (i32.add (global.get $next) (local.get $size)))
      (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
        (then (drop (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1))))))
      (local.get $ptr))
    (func (export "reset") (global.set $next (i32.const 1024))))
  (core instance $memory (instantiate $Memory))

  (core func $log (canon lower (func $log "log") (memory (core memory $memory "memory"))))

  (core module $Greeter
    (import "host" "log" (func $log (param i32 i32)))
    (import "own" "memory" (memory 1))
    (import "own" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
    (import "own" "reset" (func $reset))
    ;; Puts the constant of $length bytes at $constant before the name, and returns where.
    (func $join (param $constant i32) (param $length i32) (param $name i32) (param $size i32) (result i32)
      (local $text i32)
      (local.set $text
        (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.add (local.get $length) (local.get $size))))
      (memory.copy (local.get $text) (local.get $constant) (local.get $length))
      (memory.copy (i32.add (local.get $text) (local.get $length)) (local.get $name) (local.get $size))
      (local.get $text))
    (func (export "greet") (param $name i32) (param $size i32) (result i32)
      (local $result i32)
      (call $log (call $join (i32.const 0) (i32.const 9) (local.get $name) (local.get $size)) (i32.add (i32.const 9) (local.get $size)))
      (local.set $result (i32.const 512))
      (i32.store (local.get $result) (call $join (i32.const 16) (i32.const 7) (local.get $name) (local.get $size)))
      (i32.store offset=4 (local.get $result) (i32.add (i32.const 7) (local.get $size)))
      (local.get $result))
    (func (export "free") (param $result i32) (call $reset)))
  (core instance $greeter (instantiate $Greeter
    (with "host" (instance (export "log" (func $log))))
    (with "own" (instance $memory))))

  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $greeter "greet")
      (memory (core memory $memory "memory"))
      (realloc (core func $memory "realloc"))
      (post-return (core func $greeter "free")))))
