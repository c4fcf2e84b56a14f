;; Of several things that are wrong, the first is told, whatever the types of what comes after it.
(component definition $Results
  (core module $m
    (memory (export "memory") 1)
    ;; A string of 2^32 - 1 bytes, then the case 9.
    (data (i32.const 16) "\00\00\00\00\ff\ff\ff\ff\09")
    ;; The same behind a character that is none.
    (data (i32.const 32) "\00\00\11\00\00\00\00\00\ff\ff\ff\ff\09")
    (func (export "text") (result i32) (i32.const 16))
    (func (export "char") (result i32) (i32.const 32)))
  (core instance $i (instantiate $m))
  (func (export "tuple") (result (tuple string (option u8)))
    (canon lift (core func $i "text") (memory (core memory $i "memory"))))
  (func (export "nested") (result (tuple (tuple string) (result u8)))
    (canon lift (core func $i "text") (memory (core memory $i "memory"))))
  (type $r (record (field "s" string) (field "v" (option u8))))
  (export $R "r" (type $r))
  (func (export "record") (result $R)
    (canon lift (core func $i "text") (memory (core memory $i "memory"))))
  (func (export "char") (result (tuple char string (option u8)))
    (canon lift (core func $i "char") (memory (core memory $i "memory")))))
(component instance $i $Results)
(assert_trap (invoke "tuple") "string content out-of-bounds")
(component instance $i $Results)
(assert_trap (invoke "nested") "string content out-of-bounds")
(component instance $i $Results)
(assert_trap (invoke "record") "string content out-of-bounds")
(component instance $i $Results)
(assert_trap (invoke "char") "invalid `char` bit pattern")

;; Parameters, in core values.
(component
  (component $Callee
    (core module $m (func (export "f") (param i32 i32 i32 i32)) (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "s" string) (param "v" (option u8))
      (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
  (component $Caller
    (import "f" (func $f (param "s" string) (param "v" (option u8))))
    (core module $shop (memory (export "memory") 1))
    (core instance $shop (instantiate $shop))
    (core func $f' (canon lower (func $f) (memory (core memory $shop "memory"))))
    (core module $m
      (import "" "f" (func $f (param i32 i32 i32 i32)))
      (func (export "run") (call $f (i32.const 0) (i32.const -1) (i32.const 9) (i32.const 0))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
    (func (export "run") (canon lift (core func $i "run"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "f" (func $callee "f"))))
  (export "run" (func $caller "run")))
(assert_trap (invoke "run") "string content out-of-bounds")
