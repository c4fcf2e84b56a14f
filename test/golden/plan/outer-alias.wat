;;! show = ["plan"]
;; A component two levels down instantiates a module and a component of the outermost one. The module is in the plan
;; once, with an instance for each time.
(component $Root
  (core module $M (func (export "f") (result i32) i32.const 1))
  (component $Leaf
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (component $Middle
    (component $Inner
      (core instance $m (instantiate $M))
      (instance $leaf (instantiate $Leaf))
      (func (export "own") (result u32) (canon lift (core func $m "f")))
      (export "leaf" (func $leaf "f")))
    (instance $inner (instantiate $Inner))
    (export "own" (func $inner "own"))
    (export "leaf" (func $inner "leaf")))
  (instance $first (instantiate $Middle))
  (instance $second (instantiate $Middle))
  (export "first" (instance $first))
  (export "second" (func $second "leaf")))
;;= plan
;;   instance1 in instance0
;;   instance2 in instance1
;;   instance3 in instance2
;;   instance4 in instance0
;;   instance5 in instance4
;;   instance6 in instance5
;;   lift0 = lift core0."f": func() -> u32 "first#own" (instance2)
;;   lift1 = lift core1."f": func() -> u32 "first#leaf" (instance3)
;;   lift2 = lift core3."f": func() -> u32 "second" (instance6)
;;   core0 = instantiate module0 in instance2
;;   core1 = instantiate module0 in instance3
;;   core2 = instantiate module0 in instance5
;;   core3 = instantiate module0 in instance6
;;   export "first" = instance
;;     export "own" = lift0: func() -> u32
;;     export "leaf" = lift1: func() -> u32
;;   export "second" = lift2: func() -> u32
