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
;;   validate index: component 0 › unknown core function 0: function index out of bounds
