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
;;   validate index: component 0 › f › unknown function 0: function index out of bounds
