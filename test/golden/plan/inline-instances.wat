;;! show = ["plan"]
;; Instances made of other items, core ones too, leave no trace: whatever is aliased out of them is followed to where it
;; comes from. An export with a narrower type hides what the type lacks.
(component
  (import "host" (instance $host (export "f" (func)) (export "g" (func)) (export "unused" (func))))
  (instance $inner (export "f" (func $host "f")) (export "g" (func $host "g")))
  (instance $outer (export "inner" (instance $inner)))
  (alias export $outer "inner" (instance $again))
  (core func $f (canon lower (func $again "f")))
  (core instance $i1 (export "a" (func $f)))
  (core instance $i2 (export "b" (func $i1 "a")))
  (core module $M (import "" "b" (func)) (func (export "h")))
  (core instance $m (instantiate $M (with "" (instance $i2))))
  (core instance $i3 (export "c" (func $m "h")))
  (func $h (canon lift (core func $i3 "c")))
  (instance $out (export "f" (func $again "f")) (export "h" (func $h)))
  (export "out" (instance $out))
  (export "narrow" (instance $out) (instance (export "h" (func)))))
;;= plan
;;   import0 "host" "f": func()
;;   import1 "host" "g": func()
;;   import2 "host" "unused": func()
;;   lift0 = lift core0."h": func() "out#h" (instance0)
;;   trampoline0 = lower import0: func() "host#f" (instance0)
;;   core0 = instantiate module0 in instance0 ("" "b": trampoline0)
;;   export "out" = instance
;;     export "f" = import0: func()
;;     export "h" = lift0: func()
;;   export "narrow" = instance
;;     export "h" = lift0: func()
