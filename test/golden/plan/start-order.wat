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
;;   validate index: component 0 › unknown core function 0: function index out of bounds
