;; Each start function of a core module is a thread of its own: what another one has left in `context` it does not find.
(component
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core module $Leaver
    (import "" "set" (func $set (param i32)))
    (func $start (call $set (i32.const 5)))
    (start $start))
  (core instance (instantiate $Leaver (with "" (instance (export "set" (func $set))))))
  (core module $Finder
    (import "" "get" (func $get (result i32)))
    (global $found (mut i32) (i32.const -1))
    (func $start (global.set $found (call $get)))
    (start $start)
    (func (export "found") (result i32) (global.get $found)))
  (core instance $finder (instantiate $Finder (with "" (instance (export "get" (func $get))))))
  (func (export "found") (result u32) (canon lift (core func $finder "found"))))
(assert_return (invoke "found") (u32.const 0))
