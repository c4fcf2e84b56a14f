;;! show = ["plan"]
;; Core modules imported, at the root and in an instance, instantiated, handed to a nested component, and exported again
;; beside one of the component's own. A module gets exactly what it imports.
(component
  (import "libc" (core module $Libc (export "memory" (memory 1)) (export "malloc" (func (param i32) (result i32)))))
  (import "deps" (instance $deps
    (export "app" (core module (import "libc" "malloc" (func (param i32) (result i32))) (export "run" (func))))))
  (alias export $deps "app" (core module $App))
  (core module $Own (func (export "unused")) (func (export "own")))
  (component $Runner
    (import "libc" (core module $Libc (export "malloc" (func (param i32) (result i32)))))
    (import "app" (core module $App (import "libc" "malloc" (func (param i32) (result i32))) (export "run" (func))))
    (core instance $libc (instantiate $Libc))
    (core instance $app (instantiate $App (with "libc" (instance $libc))))
    (func (export "run") (canon lift (core func $app "run"))))
  (instance $runner (instantiate $Runner (with "libc" (core module $Libc)) (with "app" (core module $App))))
  (core instance $libc (instantiate $Libc))
  (export "run" (func $runner "run"))
  (export "libc" (core module $Libc))
  (export "own" (core module $Own)))
;;= plan
;;   import0 "libc": core module
;;   import1 "deps" "app": core module
;;   instance1 in instance0
;;   lift0 = lift core1."run": func() "run" (instance1)
;;   core0 = instantiate import0 in instance1
;;   core1 = instantiate import1 in instance1 ("libc" "malloc": core0."malloc")
;;   core2 = instantiate import0 in instance0
;;   export "run" = lift0: func()
;;   export "libc" = import0
;;   export "own" = module0
