;; Components import what earlier ones export, and are told what they lack.
(component $counter
  (core module $m
    (global $n (mut i32) (i32.const 0))
    (func (export "next") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (global.get $n)))
  (core instance $i (instantiate $m))
  (func (export "next") (result u32) (canon lift (core func $i "next"))))
(register "counter" $counter)
(assert_return (invoke "next") (u32.const 1))

(component $user
  (import "counter" (instance $c (export "next" (func (result u32)))))
  (core func $next (canon lower (func $c "next")))
  (core module $m
    (import "" "next" (func $next (result i32)))
    (func (export "twice") (result i32) (i32.add (call $next) (call $next))))
  (core instance $i (instantiate $m (with "" (instance (export "next" (func $next))))))
  (func (export "twice") (result u32) (canon lift (core func $i "twice"))))
(assert_return (invoke "twice") (u32.const 5))
(assert_return (invoke $counter "next") (u32.const 4))

(assert_unlinkable
  (component (import "counter" (instance (export "previous" (func (result u32))))))
  "previous")
(assert_unlinkable
  (component (import "counter" (instance (export "next" (func (result string))))))
  "next")
(assert_unlinkable
  (component (import "nobody" (func)))
  "nobody")
(assert_unlinkable
  (component (import "docs:nobody/here@1.2.3" (instance (export "f" (func)))))
  "docs:nobody/here@1.2.3")
