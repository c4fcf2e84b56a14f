;; Outer aliases through three levels, imports that are exported again, components that are handed on.
(component
  (core module $M (func (export "f") (result i32) (i32.const 17)))
  (type $T (record (field "a" u8)))
  (component $Leaf (export "t" (type $T))
    (component $Inner
      (core instance $i (instantiate $M))
      (func (export "f") (result u32) (canon lift (core func $i "f"))))
    (component $Inner2
      (alias outer 2 $M (core module $M2))
      (component $Inner3
        (alias outer $Inner2 $M2 (core module $M3))
        (core instance $i (instantiate $M3))
        (func (export "f") (result u32) (canon lift (core func $i "f"))))
      (instance $x (instantiate $Inner3))
      (export "g" (func $x "f")))
    (instance $i (instantiate $Inner))
    (instance $j (instantiate $Inner2))
    (export "f" (func $i "f"))
    (export "g" (func $j "g")))
  (component $User
    (import "leaf" (component $L (export "t" (type (eq $T))) (export "f" (func (result u32))) (export "g" (func (result u32)))))
    (instance $x (instantiate $L))
    (instance $y (instantiate $L))
    (export "x" (instance $x))
    (export "y" (instance $y)))
  (instance $u (instantiate $User (with "leaf" (component $Leaf))))
  (export "u" (instance $u)))
(assert_return (invoke "u#x#f") (u32.const 17))
(assert_return (invoke "u#y#g") (u32.const 17))

;; A parent's core function cannot be called by the child that it instantiates, nor the other way while it is inside.
(component definition $P
  (component $Child
    (import "f" (func $f (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M (import "" "f" (func $f (result i32))) (func (export "f") (result i32) (i32.add (call $f) (i32.const 1))))
    (core instance $i (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "f") (result u32) (canon lift (core func $i "f"))))
  (core module $M
    (func (export "f") (result i32) (i32.const 5)))
  (core instance $m (instantiate $M))
  (func $own (result u32) (canon lift (core func $m "f")))
  (instance $child (instantiate $Child (with "f" (func $own))))
  (core func $cf (canon lower (func $child "f")))
  (core module $N
    (import "" "f" (func $f (result i32)))
    (func (export "down") (result i32) (call $f)))
  (core instance $n (instantiate $N (with "" (instance (export "f" (func $cf))))))
  (func (export "down") (result u32) (canon lift (core func $n "down")))
  (export "up" (func $child "f")))
(component instance $p $P)
(assert_trap (invoke "up") "cannot enter component instance")
(component instance $p $P)
(assert_trap (invoke "down") "cannot enter component instance")

;; A component with an imported interface that it exports again, instantiated with another's.
(component
  (component $A
    (type $R (resource (rep i32)))
    (core func $new (canon resource.new $R))
    (core module $M (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 9)))
      (func (export "get") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (export $R' "r" (type $R))
    (func (export "make") (result (own $R')) (canon lift (core func $m "make")))
    (func (export "[method]r.get") (param "self" (borrow $R')) (result u32) (canon lift (core func $m "get"))))
  (component $Pass
    (import "i" (instance $i
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "[method]r.get" (func (param "self" (borrow $r)) (result u32)))))
    (export "i2" (instance $i)))
  (component $User
    (import "i" (instance $i
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "[method]r.get" (func (param "self" (borrow $r)) (result u32)))))
    (core func $make (canon lower (func $i "make")))
    (core func $get (canon lower (func $i "[method]r.get")))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "get" (func $get (param i32) (result i32)))
      (func (export "f") (result i32) (call $get (call $make))))
    (core instance $m (instantiate $M (with "" (instance (export "make" (func $make)) (export "get" (func $get))))))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (instance $a (instantiate $A))
  (instance $p (instantiate $Pass (with "i" (instance $a))))
  (instance $q (instantiate $Pass (with "i" (instance $p "i2"))))
  (instance $u (instantiate $User (with "i" (instance $q "i2"))))
  (export "f" (func $u "f")))
(assert_return (invoke "f") (u32.const 9))
