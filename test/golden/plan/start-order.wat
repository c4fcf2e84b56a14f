;;! show = ["plan"]
;; Core start functions run when their module is instantiated, so the order of instantiations is the order of definitions,
;; nested ones in the place where their component is instantiated. Instances are numbered as they come.
(component
  (import "log" (func $log (param "line" u32)))
  (component $Child
    (import "log" (func $log (param "line" u32)))
    (core func $log (canon lower (func $log)))
    (core module $M (import "" "log" (func $log (param i32))) (func $start (call $log (i32.const 0))) (start $start))
    (core instance (instantiate $M (with "" (instance (export "log" (func $log))))))
    (type $r' (resource (rep i32)))
    (core instance (instantiate $M (with "" (instance (export "log" (func $log)))))))
  (core func $log (canon lower (func $log)))
  (core module $M (import "" "log" (func $log (param i32))) (func $start (call $log (i32.const 0))) (start $start))
  (core instance (instantiate $M (with "" (instance (export "log" (func $log))))))
  (instance (instantiate $Child (with "log" (func $log))))
  (core instance (instantiate $M (with "" (instance (export "log" (func $log))))))
  (instance (instantiate $Child (with "log" (func $log)))))
;;= plan
;;   import0 "log": func(line: u32)
;;   instance1 in instance0
;;   instance2 in instance0
;;   trampoline0 = lower import0: func(line: u32) "log" (instance0)
;;   trampoline1 = lower import0: func(line: u32) "log" (instance1)
;;   trampoline2 = lower import0: func(line: u32) "log" (instance2)
;;   core0 = instantiate module0 in instance0 ("" "log": trampoline0)
;;   core1 = instantiate module1 in instance1 ("" "log": trampoline1)
;;   resource0 = resource i32 in instance1
;;   core2 = instantiate module1 in instance1 ("" "log": trampoline1)
;;   core3 = instantiate module0 in instance0 ("" "log": trampoline0)
;;   core4 = instantiate module1 in instance2 ("" "log": trampoline2)
;;   resource1 = resource i32 in instance2
;;   core5 = instantiate module1 in instance2 ("" "log": trampoline2)
