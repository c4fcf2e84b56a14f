;;! show = ["fused"]
;; Adapters stand right before the first module that imports one of them, together with all others for which everything is
;; there by then: `late` of $A is in the same module as `f`, though only $C imports it. What $B exports comes later.
(component
  (component $A
    (core module $m (func (export "f") (param i32)) (func (export "late") (param i32)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "x" u8) (canon lift (core func $i "f")))
    (func (export "late") (param "x" u8) (canon lift (core func $i "late"))))
  (component $B
    (import "f" (func $f (param "x" u8)))
    (core func $f' (canon lower (func $f)))
    (core module $m
      (import "" "f" (func $f (param i32)))
      (func (export "g") (param i32) (call $f (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
    (func (export "g") (param "x" u16) (canon lift (core func $i "g"))))
  (component $C
    (import "f" (func $f (param "x" u8)))
    (import "g" (func $g (param "x" u16)))
    (import "late" (func $late (param "x" u8)))
    (core func $f' (canon lower (func $f)))
    (core func $g' (canon lower (func $g)))
    (core func $late' (canon lower (func $late)))
    (core module $m
      (import "" "f" (func (param i32)))
      (import "" "g" (func (param i32)))
      (import "" "late" (func $late (param i32)))
      (func (export "run") (call $late (i32.const 1))))
    (core instance $i (instantiate $m (with "" (instance
      (export "f" (func $f')) (export "g" (func $g')) (export "late" (func $late'))))))
    (func (export "run") (canon lift (core func $i "run"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (instance $c (instantiate $C (with "f" (func $a "f")) (with "g" (func $b "g")) (with "late" (func $a "late"))))
  (export "run" (func $c "run")))
;;= fused
;;   instance1 in instance0
;;   instance2 in instance0
;;   instance3 in instance0
;;   lift0 = lift core0."f": func(x: u8) "f" (instance1)
;;   lift1 = lift core1."g": func(x: u16) "g" (instance2)
;;   lift2 = lift core0."late": func(x: u8) "late" (instance1)
;;   lift3 = lift core2."run": func() "run" (instance3)
;;   core0 = instantiate module0 in instance1
;;   core3 = instantiate module3 in instance0 ("core0" "f": core0."f", "core0" "late": core0."late")
;;   core1 = instantiate module1 in instance2 ("" "f": core3."0")
;;   core4 = instantiate module4 in instance0 ("core1" "g": core1."g")
;;   core2 = instantiate module2 in instance3 ("" "f": core3."1", "" "g": core4."2", "" "late": core3."3")
;;   export "run" = lift3: func()
