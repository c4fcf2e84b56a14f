;;! show = ["plan"]
;; Link-time virtualization: a wrapper around a file system is instantiated twice over one real one, with a core module
;; as configuration, and a child runs on each.
(component
  (component $RealFs
    (core module $M (func (export "read") (param i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (export "read") (param "at" u32) (result u32) (canon lift (core func $m "read"))))
  (component $Virtualize
    (import "fs" (instance $fs (export "read" (func (param "at" u32) (result u32)))))
    (import "base" (core module $Base (export "base" (global i32))))
    (core func $read (canon lower (func $fs "read")))
    (core module $M
      (import "fs" "read" (func (param i32) (result i32)))
      (import "cfg" "base" (global i32))
      (func (export "read") (param i32) (result i32) unreachable))
    (core instance $base (instantiate $Base))
    (core instance $m (instantiate $M
      (with "fs" (instance (export "read" (func $read)))) (with "cfg" (instance $base))))
    (func (export "read") (param "at" u32) (result u32) (canon lift (core func $m "read"))))
  (component $Child
    (import "fs" (instance $fs (export "read" (func (param "at" u32) (result u32)))))
    (core func $read (canon lower (func $fs "read")))
    (core module $M
      (import "fs" "read" (func (param i32) (result i32)))
      (func (export "run") (result i32) unreachable))
    (core instance $m (instantiate $M (with "fs" (instance (export "read" (func $read))))))
    (func (export "run") (result u32) (canon lift (core func $m "run"))))
  (core module $Base256 (global (export "base") i32 (i32.const 256)))
  (core module $Base512 (global (export "base") i32 (i32.const 512)))
  (instance $real (instantiate $RealFs))
  (instance $a (instantiate $Virtualize (with "fs" (instance $real)) (with "base" (core module $Base256))))
  (instance $b (instantiate $Virtualize (with "fs" (instance $real)) (with "base" (core module $Base512))))
  (instance $child-a (instantiate $Child (with "fs" (instance $a))))
  (instance $child-b (instantiate $Child (with "fs" (instance $b))))
  (export "run-a" (func $child-a "run"))
  (export "run-b" (func $child-b "run"))
  (export "real-read" (func $real "read")))
;;= plan
;;   validate index: component 0 › read › unknown function 0: function index out of bounds
