;;! show = ["plan"]
;; Types in exports, and functions that use them: each structure once, long ones on a line of their own.
(component
  (import "shapes" (instance $shapes
    (type $point' (record (field "x" f64) (field "y" f64)))
    (export "point" (type $point (eq $point')))
    (type $shape' (variant (case "circle" $point) (case "polygon" (list $point)) (case "nothing-in-particular")))
    (export "shape" (type $shape (eq $shape')))
    (type $error' (flags "too-large" "too-small" "unknown-to-the-painter" "not-my-colour"))
    (export "error" (type $error (eq $error')))))
  (alias export $shapes "point" (type $point))
  (alias export $shapes "shape" (type $shape))
  (alias export $shapes "error" (type $error))
  (import "draw" (func $draw (param "what" (tuple $shape $shape (option $point) (list $shape 2)))
    (result (result $shape (error $error)))))
  (export "shape" (type $shape))
  (type $callback (func (param "x" u8)))
  (export "callback" (type $callback))
  (export "draw" (func $draw)))
;;= plan
;;   type3 = variant { circle(record { x: f64, y: f64 }), polygon(list<record { x: f64, y: f64 }>), nothing-in-particular }
;;   type6 = tuple<type3, type3, option<record { x: f64, y: f64 }>, list<type3, 2>>
;;   type7 = flags { too-large, too-small, unknown-to-the-painter, not-my-colour }
;;   import0 "draw": func(what: type6) -> result<type3, type7>
;;   export "shape" = type type3
;;   export "callback" = type
;;   export "draw" = import0: func(what: type6) -> result<type3, type7>
