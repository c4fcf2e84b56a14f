;;! show = ["blocking"]
;; What may block whom: $Inner waits, so whoever calls it may have to be suspended, however indirectly; $Event has only a
;; callback, which suspends nobody but those that call it synchronously; $Plain has nothing to do with any of it.
(component
  (component $Inner
    (core module $Mem (memory (export "memory") 1))
    (core instance $mem (instantiate $Mem))
    (core func $wait (canon waitable-set.wait (memory (core memory $mem "memory"))))
    (core module $M
      (import "" "wait" (func (param i32 i32) (result i32)))
      (func (export "f")) (func (export "dtor") (param i32)))
    (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait))))))
    (type $r' (resource (rep i32) (dtor (func $m "dtor"))))
    (export $r "r" (type $r'))
    (func (export "f") (canon lift (core func $m "f"))))
  (component $Middle
    (import "f" (func $f))
    (core func $f' (canon lower (func $f)))
    (core module $M (import "" "f" (func)) (func (export "f")))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f'))))))
    (func (export "f") (canon lift (core func $m "f"))))
  (component $Dropper
    (import "r" (type $r (sub resource)))
    (core func $drop (canon resource.drop $r))
    (core module $M (import "" "drop" (func (param i32))) (func (export "f")))
    (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
    (func (export "f") (canon lift (core func $m "f"))))
  (component $Event
    (core func $return (canon task.return))
    (core module $M
      (import "" "return" (func))
      (func (export "f") (result i32) (i32.const 0))
      (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "f") async (canon lift (core func $m "f") async (callback (core func $m "cb")))))
  (component $Asks
    (import "f" (func $f async))
    (core func $later (canon lower (func $f) async))
    (core module $M (import "" "f" (func (result i32))) (func (export "f")))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $later))))))
    (func (export "f") (canon lift (core func $m "f"))))
  (component $Waits
    (import "f" (func $f async))
    (core func $now (canon lower (func $f)))
    (core module $M (import "" "f" (func)) (func (export "f")))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $now))))))
    (func (export "f") (canon lift (core func $m "f"))))
  (component $Plain
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (export "f") (canon lift (core func $m "f"))))
  (instance $inner (instantiate $Inner))
  (instance $middle (instantiate $Middle (with "f" (func $inner "f"))))
  (alias export $inner "r" (type $r))
  (instance $dropper (instantiate $Dropper (with "r" (type $r))))
  (instance $event (instantiate $Event))
  (instance $asks (instantiate $Asks (with "f" (func $event "f"))))
  (instance $waits (instantiate $Waits (with "f" (func $event "f"))))
  (instance $plain (instantiate $Plain))
  (func (export "middle") (alias export $middle "f"))
  (func (export "plain") (alias export $plain "f")))
;;= blocking
;;   tasks: instance1, instance2, instance3, instance4, instance5, instance6
;;   suspends: instance1, instance2, instance3, instance6
;;   shims: trampoline0, trampoline1, trampoline2, trampoline5
