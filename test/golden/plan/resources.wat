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
;;   validate index: component 0 › unknown core function 1: function index out of bounds
