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
;;   validate index: component 0 › f › unknown function 0: function index out of bounds
