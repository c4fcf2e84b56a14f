;;! show = ["plan"]
;; One component lifts `f`, another lowers it: the second core instance must get a trampoline whose callee is the first
;; one's lift, and nothing of the components themselves must be left but two instances.
(component
  (component $A
    (core module $M
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param i32 i32) (result i32) unreachable)
      (func (export "free") (param i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "name" string) (result (list u8))
      (canon lift (core func $m "f") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
        (post-return (core func $m "free")))))
  (component $B
    (import "f" (func $f (param "name" string) (result (list u8))))
    (core module $Libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $libc (instantiate $Libc))
    (core func $f (canon lower (func $f) string-encoding=utf16
      (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $M
      (import "libc" "memory" (memory 1))
      (import "host" "f" (func (param i32 i32 i32)))
      (func (export "g") (result i32) unreachable))
    (core instance $m (instantiate $M (with "libc" (instance $libc)) (with "host" (instance (export "f" (func $f))))))
    (func (export "g") (result u32) (canon lift (core func $m "g"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "g" (func $b "g")))
;;= plan
;;   instance1 in instance0
;;   instance2 in instance0
;;   lift0 = lift core0."f": func(name: string) -> list<u8> "f" (instance1, memory core0."memory", realloc core0."realloc", post-return core0."free")
;;   lift1 = lift core2."g": func() -> u32 "g" (instance2)
;;   trampoline0 = lower lift0: func(name: string) -> list<u8> "f" (instance2, utf16, memory core1."memory", realloc core1."realloc")
;;   core0 = instantiate module0 in instance1
;;   core1 = instantiate module1 in instance2
;;   core2 = instantiate module2 in instance2 ("libc" "memory": core1."memory", "host" "f": trampoline0)
;;   export "g" = lift1: func() -> u32
