;;! show = ["plan"]
;; Linked calls between an instance and the one that instantiates it, in both directions, and of an instance to itself:
;; the instances of the two sides and `instanceN in instanceM` tell that each of them re-enters.
(component
  (core module $M (func (export "f")))
  (core instance $m (instantiate $M))
  (func $f (canon lift (core func $m "f")))
  (component $Child
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $M (import "" "f" (func)) (func (export "g")))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "g") (canon lift (core func $m "g"))))
  (instance $child (instantiate $Child (with "f" (func $f))))
  (core func $g (canon lower (func $child "g")))
  (core func $self (canon lower (func $f)))
  (core module $Outer (import "" "g" (func)) (import "" "self" (func)) (func (export "h")))
  (core instance $outer (instantiate $Outer (with "" (instance (export "g" (func $g)) (export "self" (func $self))))))
  (export "f" (func $f))
  (func (export "h") (canon lift (core func $outer "h"))))
;;= plan
;;   instance1 in instance0
;;   lift0 = lift core0."f": func() "f" (instance0)
;;   lift1 = lift core1."g": func() "g" (instance1)
;;   lift2 = lift core2."h": func() "h" (instance0)
;;   trampoline0 = lower lift0: func() "f" (instance1)
;;   trampoline1 = lower lift1: func() "g" (instance0)
;;   trampoline2 = lower lift0: func() "f" (instance0)
;;   core0 = instantiate module0 in instance0
;;   core1 = instantiate module1 in instance1 ("" "f": trampoline0)
;;   core2 = instantiate module2 in instance0 ("" "g": trampoline1, "" "self": trampoline2)
;;   export "f" = lift0: func()
;;   export "h" = lift2: func()
