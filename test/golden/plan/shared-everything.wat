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
;;   validate index: component 0 › zip › unknown function 0: function index out of bounds
