;;! show = ["plan"]
;; One component with a resource, instantiated twice: two resources, two destructors, and functions whose types differ
;; by them. A third component passes one of them on.
(component
  (component $Counter
    (core module $Dtor (func (export "dtor") (param i32)))
    (core instance $dtor (instantiate $Dtor))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $r "counter" (type $r'))
    (core func $new (canon resource.new $r))
    (core func $rep (canon resource.rep $r))
    (core module $M
      (import "" "new" (func (param i32) (result i32)))
      (import "" "rep" (func (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) unreachable)
      (func (export "get") (param i32) (result i32) unreachable))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
    (func (export "[constructor]counter") (param "start" u32) (result (own $r)) (canon lift (core func $m "make")))
    (func (export "[method]counter.get") (param "self" (borrow $r)) (result u32) (canon lift (core func $m "get"))))
  (component $User
    (import "counters" (instance $counters
      (export "counter" (type $counter (sub resource)))
      (export "[constructor]counter" (func (param "start" u32) (result (own $counter))))))
    (alias export $counters "counter" (type $counter))
    (core func $make (canon lower (func $counters "[constructor]counter")))
    (core func $drop (canon resource.drop $counter))
    (core module $M
      (import "" "make" (func (param i32) (result i32)))
      (import "" "drop" (func (param i32)))
      (func (export "fresh") (result i32) unreachable))
    (core instance $m (instantiate $M (with "" (instance (export "make" (func $make)) (export "drop" (func $drop))))))
    (func (export "fresh") (result (own $counter)) (canon lift (core func $m "fresh"))))
  (instance $first (instantiate $Counter))
  (instance $second (instantiate $Counter))
  (instance $user (instantiate $User (with "counters" (instance $second))))
  (export "first" (instance $first))
  (export $out "second" (instance $second))
  (alias export $out "counter" (type $counter))
  (export "fresh" (func $user "fresh") (func (result (own $counter)))))
;;= plan
;;   instance1 in instance0
;;   instance2 in instance0
;;   instance3 in instance0
;;   lift0 = lift core3."make": func(start: u32) -> own<resource1> "counters#[constructor]counter" (instance2)
;;   lift1 = lift core1."make": func(start: u32) -> own<resource0> "first#[constructor]counter" (instance1)
;;   lift2 = lift core1."get": func(self: borrow<resource0>) -> u32 "first#[method]counter.get" (instance1)
;;   lift3 = lift core3."get": func(self: borrow<resource1>) -> u32 "second#[method]counter.get" (instance2)
;;   lift4 = lift core4."fresh": func() -> own<resource1> "fresh" (instance3)
;;   trampoline0 = resource.new resource0 (instance1)
;;   trampoline1 = resource.rep resource0 (instance1)
;;   trampoline2 = resource.new resource1 (instance2)
;;   trampoline3 = resource.rep resource1 (instance2)
;;   trampoline4 = lower lift0: func(start: u32) -> own<resource1> "counters#[constructor]counter" (instance3)
;;   trampoline5 = resource.drop resource1 (instance3)
;;   core0 = instantiate module0 in instance1
;;   resource0 = resource "counter" i32 in instance1 (destructor core0."dtor")
;;   core1 = instantiate module1 in instance1 ("" "new": trampoline0, "" "rep": trampoline1)
;;   core2 = instantiate module0 in instance2
;;   resource1 = resource "counter" i32 in instance2 (destructor core2."dtor")
;;   core3 = instantiate module1 in instance2 ("" "new": trampoline2, "" "rep": trampoline3)
;;   core4 = instantiate module2 in instance3 ("" "make": trampoline4, "" "drop": trampoline5)
;;   export "first" = instance
;;     export "counter" = resource0
;;     export "[constructor]counter" = lift1: func(start: u32) -> own<resource0>
;;     export "[method]counter.get" = lift2: func(self: borrow<resource0>) -> u32
;;   export "second" = instance
;;     export "counter" = resource1
;;     export "[constructor]counter" = lift0: func(start: u32) -> own<resource1>
;;     export "[method]counter.get" = lift3: func(self: borrow<resource1>) -> u32
;;   export "fresh" = lift4: func() -> own<resource1>
