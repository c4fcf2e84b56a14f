;; A resource that the guest defines. Its representation is the number that it was made with.
(component
  (core module $d
    (global $alive (export "alive") (mut i32) (i32.const 0))
    (func (export "drop") (param i32) (global.set $alive (i32.sub (global.get $alive) (i32.const 1)))))
  (core instance $d (instantiate $d))
  (alias core export $d "drop" (core func $dtor))
  (type $counter (resource (rep i32) (dtor (core func $dtor))))
  (core func $new (canon resource.new $counter))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "new") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "value") (param i32) (result i32) (i32.add (local.get 0) (i32.const 0))))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
  (func $construct (param "start" u32) (result (own $counter)) (canon lift (core func $i "new")))
  (func $value (param "self" (borrow $counter)) (result u32) (canon lift (core func $i "value")))
  ;; Gives the functions their names, which have to go with the type that is exported.
  (component $interface
    (import "counter" (type $counter (sub resource)))
    (import "construct" (func $construct (param "start" u32) (result (own $counter))))
    (import "value" (func $value (param "self" (borrow $counter)) (result u32)))
    (export $exported "counter" (type $counter))
    (export "[constructor]counter" (func $construct) (func (param "start" u32) (result (own $exported))))
    (export "[method]counter.value" (func $value) (func (param "self" (borrow $exported)) (result u32))))
  (instance $counters (instantiate $interface
    (with "counter" (type $counter)) (with "construct" (func $construct)) (with "value" (func $value))))
  (export "bench:bench/counters" (instance $counters)))
