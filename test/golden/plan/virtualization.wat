;;! show = ["plan"]
;; Link-time virtualization: a wrapper around a file system is instantiated twice over one real one, with a core module
;; as configuration, and a child runs on each.
(component
  (component $RealFs
    (core module $M (func (export "read") (param i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (export "read") (param "at" u32) (result u32) (canon lift (core func $m "read"))))
  (component $Virtualize
    (import "fs" (instance $fs (export "read" (func (param "at" u32) (result u32)))))
    (import "base" (core module $Base (export "base" (global i32))))
    (core func $read (canon lower (func $fs "read")))
    (core module $M
      (import "fs" "read" (func (param i32) (result i32)))
      (import "cfg" "base" (global i32))
      (func (export "read") (param i32) (result i32) unreachable))
    (core instance $base (instantiate $Base))
    (core instance $m (instantiate $M
      (with "fs" (instance (export "read" (func $read)))) (with "cfg" (instance $base))))
    (func (export "read") (param "at" u32) (result u32) (canon lift (core func $m "read"))))
  (component $Child
    (import "fs" (instance $fs (export "read" (func (param "at" u32) (result u32)))))
    (core func $read (canon lower (func $fs "read")))
    (core module $M
      (import "fs" "read" (func (param i32) (result i32)))
      (func (export "run") (result i32) unreachable))
    (core instance $m (instantiate $M (with "fs" (instance (export "read" (func $read))))))
    (func (export "run") (result u32) (canon lift (core func $m "run"))))
  (core module $Base256 (global (export "base") i32 (i32.const 256)))
  (core module $Base512 (global (export "base") i32 (i32.const 512)))
  (instance $real (instantiate $RealFs))
  (instance $a (instantiate $Virtualize (with "fs" (instance $real)) (with "base" (core module $Base256))))
  (instance $b (instantiate $Virtualize (with "fs" (instance $real)) (with "base" (core module $Base512))))
  (instance $child-a (instantiate $Child (with "fs" (instance $a))))
  (instance $child-b (instantiate $Child (with "fs" (instance $b))))
  (export "run-a" (func $child-a "run"))
  (export "run-b" (func $child-b "run"))
  (export "real-read" (func $real "read")))
;;= plan
;;   instance1 in instance0
;;   instance2 in instance0
;;   instance3 in instance0
;;   instance4 in instance0
;;   instance5 in instance0
;;   lift0 = lift core0."read": func(at: u32) -> u32 "fs#read" (instance1)
;;   lift1 = lift core2."read": func(at: u32) -> u32 "fs#read" (instance2)
;;   lift2 = lift core4."read": func(at: u32) -> u32 "fs#read" (instance3)
;;   lift3 = lift core5."run": func() -> u32 "run-a" (instance4)
;;   lift4 = lift core6."run": func() -> u32 "run-b" (instance5)
;;   trampoline0 = lower lift0: func(at: u32) -> u32 "fs#read" (instance2)
;;   trampoline1 = lower lift0: func(at: u32) -> u32 "fs#read" (instance3)
;;   trampoline2 = lower lift1: func(at: u32) -> u32 "fs#read" (instance4)
;;   trampoline3 = lower lift2: func(at: u32) -> u32 "fs#read" (instance5)
;;   core0 = instantiate module0 in instance1
;;   core1 = instantiate module1 in instance2
;;   core2 = instantiate module2 in instance2 ("fs" "read": trampoline0, "cfg" "base": core1."base")
;;   core3 = instantiate module3 in instance3
;;   core4 = instantiate module2 in instance3 ("fs" "read": trampoline1, "cfg" "base": core3."base")
;;   core5 = instantiate module4 in instance4 ("fs" "read": trampoline2)
;;   core6 = instantiate module4 in instance5 ("fs" "read": trampoline3)
;;   export "run-a" = lift3: func() -> u32
;;   export "run-b" = lift4: func() -> u32
;;   export "real-read" = lift0: func(at: u32) -> u32
