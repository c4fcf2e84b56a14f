;;! show = ["plan", "blocking"]
;; Asynchronous functions and their built-ins: options with a callback, a stream of resources, and built-ins that are
;; asked for twice and made once.
(component
  (import "work" (func $work async (param "n" u32) (result string)))
  (type $r (resource (rep i32)))
  (type $s (stream (own $r)))
  (core module $Mem
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $mem (instantiate $Mem))
  (core func $work (canon lower (func $work) async
    (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (core func $return (canon task.return (result u32)))
  (core func $return-none (canon task.return))
  (core func $wait (canon waitable-set.wait (memory (core memory $mem "memory"))))
  (core func $new (canon stream.new $s))
  (core func $read (canon stream.read $s async (memory (core memory $mem "memory"))))
  (core func $read2 (canon stream.read $s async (memory (core memory $mem "memory"))))
  (core func $cancel (canon stream.cancel-write $s))
  (core func $get (canon context.get i32 0))
  (core module $M
    (import "" "work" (func (param i32 i32) (result i32)))
    (import "" "return" (func (param i32)))
    (import "" "return-none" (func))
    (import "" "wait" (func (param i32 i32) (result i32)))
    (import "" "new" (func (result i64)))
    (import "" "read" (func (param i32 i32 i32) (result i32)))
    (import "" "read2" (func (param i32 i32 i32) (result i32)))
    (import "" "cancel" (func (param i32) (result i32)))
    (import "" "get" (func (result i32)))
    (func (export "run") (result i32) unreachable)
    (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance
    (export "work" (func $work)) (export "return" (func $return)) (export "return-none" (func $return-none))
    (export "wait" (func $wait)) (export "new" (func $new)) (export "read" (func $read)) (export "read2" (func $read2))
    (export "cancel" (func $cancel)) (export "get" (func $get))))))
  (func (export "run") async (result u32)
    (canon lift (core func $m "run") async (callback (core func $m "callback")))))
;;= plan
;;   import0 "work": async func(n: u32) -> string
;;   lift0 = lift core1."run": async func() -> u32 "run" (instance0, async, callback core1."callback")
;;   trampoline0 = lower import0: async func(n: u32) -> string "work" (instance0, async, memory core0."memory", realloc core0."realloc")
;;   trampoline1 = task.return -> u32 (instance0)
;;   trampoline2 = task.return -> () (instance0)
;;   trampoline3 = waitable-set.wait core0."memory" (instance0)
;;   trampoline4 = stream.new stream<own<resource0>> (instance0)
;;   trampoline5 = stream.read stream<own<resource0>> (instance0, async, memory core0."memory")
;;   trampoline6 = stream.cancel-write stream<own<resource0>> (instance0)
;;   trampoline7 = context.get i32 0 (instance0)
;;   resource0 = resource i32 in instance0
;;   core0 = instantiate module0 in instance0
;;   core1 = instantiate module1 in instance0 (
;;     "" "work": trampoline0
;;     "" "return": trampoline1
;;     "" "return-none": trampoline2
;;     "" "wait": trampoline3
;;     "" "new": trampoline4
;;     "" "read": trampoline5
;;     "" "read2": trampoline5
;;     "" "cancel": trampoline6
;;     "" "get": trampoline7
;;   )
;;   export "run" = lift0: async func() -> u32
;;= blocking
;;   tasks: instance0
;;   suspends: instance0
;;   shims: trampoline3, trampoline6
