;;! show = ["plan"]
;; A component handed to another as an argument, instantiated there twice, and exported: the exported one is no part of
;; the plan, which only numbers it.
(component
  (core module $M (func (export "f") (result i32) i32.const 1))
  (component $Maker
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (component $Twice
    (import "maker" (component $Maker (export "f" (func (result u32)))))
    (instance $a (instantiate $Maker))
    (instance $b (instantiate $Maker))
    (export "a" (func $a "f"))
    (export "b" (func $b "f"))
    (export "maker" (component $Maker)))
  (instance $twice (instantiate $Twice (with "maker" (component $Maker))))
  (export "both" (instance $twice))
  (export "maker" (component $Maker)))
;;= plan
;;   instance1 in instance0
;;   instance2 in instance1
;;   instance3 in instance1
;;   lift0 = lift core0."f": func() -> u32 "both#a" (instance2)
;;   lift1 = lift core1."f": func() -> u32 "both#b" (instance3)
;;   core0 = instantiate module0 in instance2
;;   core1 = instantiate module0 in instance3
;;   export "both" = instance
;;     export "a" = lift0: func() -> u32
;;     export "b" = lift1: func() -> u32
;;     export "maker" = component0
;;   export "maker" = component1
