;; A resource that the host defines.
(component
  (import "bench:bench/host" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "[constructor]thing" (func (param "v" u32) (result (own $thing))))
    (export "[method]thing.value" (func (param "self" (borrow $thing)) (result u32)))))
  (alias export $host "thing" (type $thing))
  (core func $new (canon lower (func $host "[constructor]thing")))
  (core func $value (canon lower (func $host "[method]thing.value")))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "host" "new" (func $new (param i32) (result i32)))
    (import "host" "value" (func $value (param i32) (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (global $thing (mut i32) (i32.const 0))
    (; repeat value ;)
      (if (i32.eqz (global.get $thing)) (then (global.set $thing (call $new (i32.const 7)))))
      (local.set $sum (i32.add (local.get $sum) (call $value (global.get $thing))))
    (; end ;)
    (; repeat new-and-drop ;)
      (call $drop (call $new (local.get $i)))
    (; end ;)
  )
  (core instance $i (instantiate $m (with "host" (instance
    (export "new" (func $new)) (export "value" (func $value)) (export "drop" (func $drop))))))
  (; export value new-and-drop ;)
)
