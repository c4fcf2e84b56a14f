;;! show = ["plan"]
;; Shared-everything linking: modules are shared by two components, instances are not. Each has its own libc, whose
;; memory its library and its main module import.
(component
  (core module $Libc
    (memory (export "memory") 1)
    (func (export "malloc") (param i32) (result i32) unreachable))
  (core module $Libzip
    (import "libc" "memory" (memory 1))
    (import "libc" "malloc" (func (param i32) (result i32)))
    (func (export "zip") (param i32) (result i32) unreachable))
  (component $Zipper
    (import "libc" (core module $Libc (export "memory" (memory 1)) (export "malloc" (func (param i32) (result i32)))))
    (import "libzip" (core module $Libzip
      (import "libc" "memory" (memory 1))
      (import "libc" "malloc" (func (param i32) (result i32)))
      (export "zip" (func (param i32) (result i32)))))
    (core module $Main
      (import "libzip" "zip" (func (param i32) (result i32)))
      (func (export "zip") (param i32) (result i32) unreachable))
    (core instance $libc (instantiate $Libc))
    (core instance $libzip (instantiate $Libzip (with "libc" (instance $libc))))
    (core instance $main (instantiate $Main (with "libzip" (instance $libzip))))
    (func (export "zip") (param "x" u32) (result u32) (canon lift (core func $main "zip"))))
  (component $App
    (import "libc" (core module $Libc (export "memory" (memory 1)) (export "malloc" (func (param i32) (result i32)))))
    (import "zipper" (instance $zipper (export "zip" (func (param "x" u32) (result u32)))))
    (core instance $libc (instantiate $Libc))
    (core func $zip (canon lower (func $zipper "zip")))
    (core module $Main
      (import "libc" "memory" (memory 1))
      (import "dep" "zip" (func (param i32) (result i32)))
      (func (export "run") (param i32) (result i32) unreachable))
    (core instance $main (instantiate $Main
      (with "libc" (instance $libc)) (with "dep" (instance (export "zip" (func $zip))))))
    (func (export "run") (param "x" u32) (result u32) (canon lift (core func $main "run"))))
  (instance $zipper (instantiate $Zipper (with "libc" (core module $Libc)) (with "libzip" (core module $Libzip))))
  (instance $app (instantiate $App (with "libc" (core module $Libc)) (with "zipper" (instance $zipper))))
  (export "run" (func $app "run"))
  (export "zip" (func $zipper "zip")))
;;= plan
;;   instance1 in instance0
;;   instance2 in instance0
;;   lift0 = lift core2."zip": func(x: u32) -> u32 "zipper#zip" (instance1)
;;   lift1 = lift core4."run": func(x: u32) -> u32 "run" (instance2)
;;   trampoline0 = lower lift0: func(x: u32) -> u32 "zipper#zip" (instance2)
;;   core0 = instantiate module0 in instance1
;;   core1 = instantiate module1 in instance1 ("libc" "memory": core0."memory", "libc" "malloc": core0."malloc")
;;   core2 = instantiate module2 in instance1 ("libzip" "zip": core1."zip")
;;   core3 = instantiate module0 in instance2
;;   core4 = instantiate module3 in instance2 ("libc" "memory": core3."memory", "dep" "zip": trampoline0)
;;   export "run" = lift1: func(x: u32) -> u32
;;   export "zip" = lift0: func(x: u32) -> u32
