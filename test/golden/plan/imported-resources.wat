;;! show = ["plan"]
;; Resources of the host: a leaf of the imports each, except for one that is declared equal to another. A nested component
;; that passes one through has no resource of its own.
(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "stream" (type $stream (sub resource)))
    (export "[method]stream.read" (func (param "self" (borrow $stream)) (param "len" u64) (result (result (list u8)))))))
  (alias export $streams "stream" (type $stream))
  (import "wasi:cli/stdin@0.2.0" (instance $stdin
    (export "stream" (type $same (eq $stream)))
    (export "get" (func (result (own $same))))))
  (import "own" (type $own (sub resource)))
  (component $Pass
    (import "stream" (type $s (sub resource)))
    (import "get" (func $get (result (own $s))))
    (export "get" (func $get)))
  (instance $pass (instantiate $Pass (with "stream" (type $stream)) (with "get" (func $stdin "get"))))
  (core func $drop (canon resource.drop $own))
  (core module $M (import "" "drop" (func (param i32))))
  (core instance (instantiate $M (with "" (instance (export "drop" (func $drop))))))
  (export "get" (func $pass "get"))
  (export "streams" (instance $streams)))
;;= plan
;;   import0 "wasi:io/streams@0.2.0" "stream": resource0
;;   import1 "wasi:io/streams@0.2.0" "[method]stream.read": func(self: borrow<resource0>, len: u64) -> result<list<u8>>
;;   import2 "wasi:cli/stdin@0.2.0" "get": func() -> own<resource0>
;;   import3 "own": resource1
;;   instance1 in instance0
;;   trampoline0 = resource.drop resource1 (instance0)
;;   core0 = instantiate module0 in instance0 ("" "drop": trampoline0)
;;   export "get" = import2: func() -> own<resource0>
;;   export "streams" = instance
;;     export "stream" = resource0
;;     export "[method]stream.read" = import1: func(self: borrow<resource0>, len: u64) -> result<list<u8>>
