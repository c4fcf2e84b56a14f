;;! show = ["fused", "adapters"]
;; Nothing is to be done for `add`, so $b imports the core function of $a. What has bits to spare is narrowed, what may be
;; wrong is checked; and `mixed` shows how a variant's core values are taken apart and put together.
(component
  (type $flags (flags "x" "y"))
  (type $enum (enum "x" "y" "z"))
  (type $mixed (variant (case "none") (case "a" f32) (case "b" f64) (case "c" s8) (case "d" f32)))
  (component $A
    (export $f "flags" (type $flags))
    (export $e "enum" (type $enum))
    (export $v "mixed" (type $mixed))
    (core module $m
      (func (export "add") (param i32 i64 f64) (result i32) unreachable)
      (func (export "narrow") (param i32 i32 i32 i32 i32) (result i32) unreachable)
      (func (export "checked") (param i32 i32) unreachable)
      (func (export "mixed") (param i32 i64) unreachable))
    (core instance $i (instantiate $m))
    (func (export "add") (param "a" u32) (param "b" s64) (param "c" f64) (result s32) (canon lift (core func $i "add")))
    (func (export "narrow") (param "a" u8) (param "b" s16) (param "c" bool) (param "d" $f) (param "e" s8) (result u16)
      (canon lift (core func $i "narrow")))
    (func (export "checked") (param "a" char) (param "b" $e) (canon lift (core func $i "checked")))
    (func (export "mix") (param "v" $v) (canon lift (core func $i "mixed"))))
  (component $B
    (import "flags" (type $f (eq $flags)))
    (import "enum" (type $e (eq $enum)))
    (import "mixed" (type $v (eq $mixed)))
    (import "add" (func $add (param "a" u32) (param "b" s64) (param "c" f64) (result s32)))
    (import "narrow" (func $narrow (param "a" u8) (param "b" s16) (param "c" bool) (param "d" $f) (param "e" s8) (result u16)))
    (import "checked" (func $checked (param "a" char) (param "b" $e)))
    (import "mix" (func $mix (param "v" $v)))
    (core func $add' (canon lower (func $add)))
    (core func $narrow' (canon lower (func $narrow)))
    (core func $checked' (canon lower (func $checked)))
    (core func $mix' (canon lower (func $mix)))
    (core module $m
      (import "" "add" (func (param i32 i64 f64) (result i32)))
      (import "" "narrow" (func (param i32 i32 i32 i32 i32) (result i32)))
      (import "" "checked" (func (param i32 i32)))
      (import "" "mix" (func (param i32 i64))))
    (core instance (instantiate $m (with "" (instance
      (export "add" (func $add')) (export "narrow" (func $narrow'))
      (export "checked" (func $checked')) (export "mix" (func $mix')))))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B
    (with "flags" (type $flags)) (with "enum" (type $enum)) (with "mixed" (type $mixed))
    (with "add" (func $a "add")) (with "narrow" (func $a "narrow"))
    (with "checked" (func $a "checked")) (with "mix" (func $a "mix")))))
;;= fused
;;   instance1 in instance0
;;   instance2 in instance0
;;   lift0 = lift core0."add": func(a: u32, b: s64, c: f64) -> s32 "add" (instance1)
;;   lift1 = lift core0."narrow": func(a: u8, b: s16, c: bool, d: flags { x, y }, e: s8) -> u16 "narrow" (instance1)
;;   lift2 = lift core0."checked": func(a: char, b: enum { x, y, z }) "checked" (instance1)
;;   lift3 = lift core0."mixed": func(v: variant { none, a(f32), b(f64), c(s8), d(f32) }) "mix" (instance1)
;;   core0 = instantiate module0 in instance1
;;   core2 = instantiate module2 in instance0 (
;;     "core0" "narrow": core0."narrow"
;;     "core0" "checked": core0."checked"
;;     "core0" "mixed": core0."mixed"
;;     "leaf" "invalid-char": trap invalid-char
;;     "leaf" "trap invalid-discriminant": trap invalid-discriminant
;;   )
;;   core1 = instantiate module1 in instance2 ("" "add": core0."add", "" "narrow": core2."1", "" "checked": core2."2", "" "mix": core2."3")
;;= adapters
;;   (module
;;     (type (;0;) (func (param i32 i32 i32 i32 i32) (result i32)))
;;     (type (;1;) (func (param i32 i32)))
;;     (type (;2;) (func (param i32 i64)))
;;     (type (;3;) (func (param i32)))
;;     (type (;4;) (func))
;;     (import "core0" "narrow" (func (;0;) (type 0)))
;;     (import "leaf" "invalid-char" (func (;1;) (type 3)))
;;     (import "leaf" "trap invalid-discriminant" (func (;2;) (type 4)))
;;     (import "core0" "checked" (func (;3;) (type 1)))
;;     (import "core0" "mixed" (func (;4;) (type 2)))
;;     (export "1" (func $narrow))
;;     (export "2" (func $checked))
;;     (export "3" (func $mix))
;;     (func $narrow (;5;) (type 0) (param i32 i32 i32 i32 i32) (result i32)
;;       (local i32)
;;       local.get 0
;;       i32.const 255
;;       i32.and
;;       local.get 1
;;       i32.extend16_s
;;       local.get 2
;;       i32.eqz
;;       i32.eqz
;;       local.get 3
;;       i32.const 3
;;       i32.and
;;       local.get 4
;;       i32.extend8_s
;;       call 0
;;       local.set 5
;;       local.get 5
;;       i32.const 65535
;;       i32.and
;;     )
;;     (func $checked (;6;) (type 1) (param i32 i32)
;;       (local i32 i32 i32)
;;       local.get 0
;;       local.set 2
;;       local.get 2
;;       i32.const 55296
;;       i32.xor
;;       i32.const 2048
;;       i32.sub
;;       i32.const 1112064
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 2
;;         call 1
;;         unreachable
;;       end
;;       local.get 1
;;       local.set 3
;;       local.get 3
;;       i32.const 3
;;       i32.ge_u
;;       if ;; label = @1
;;         call 2
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 1
;;       local.set 4
;;       local.get 4
;;       call 3
;;     )
;;     (func $mix (;7;) (type 2) (param i32 i64)
;;       (local i32 i32 i64 i64)
;;       local.get 0
;;       local.set 2
;;       local.get 2
;;       i32.const 5
;;       i32.ge_u
;;       if ;; label = @1
;;         call 2
;;         unreachable
;;       end
;;       local.get 0
;;       local.set 3
;;       local.get 5
;;       local.set 4
;;       local.get 3
;;       i32.const 3
;;       i32.lt_u
;;       if ;; label = @1
;;         local.get 3
;;         i32.const 2
;;         i32.lt_u
;;         if ;; label = @2
;;           local.get 3
;;           i32.const 1
;;           i32.eq
;;           if ;; label = @3
;;             local.get 1
;;             i32.wrap_i64
;;             f32.reinterpret_i32
;;             i32.reinterpret_f32
;;             i64.extend_i32_u
;;             local.set 4
;;           end
;;         else
;;           local.get 3
;;           i32.const 2
;;           i32.eq
;;           if ;; label = @3
;;             local.get 1
;;             f64.reinterpret_i64
;;             i64.reinterpret_f64
;;             local.set 4
;;           end
;;         end
;;       else
;;         local.get 3
;;         i32.const 4
;;         i32.lt_u
;;         if ;; label = @2
;;           local.get 3
;;           i32.const 3
;;           i32.eq
;;           if ;; label = @3
;;             local.get 1
;;             i32.wrap_i64
;;             i32.extend8_s
;;             i64.extend_i32_u
;;             local.set 4
;;           end
;;         else
;;           local.get 3
;;           i32.const 4
;;           i32.eq
;;           if ;; label = @3
;;             local.get 1
;;             i32.wrap_i64
;;             f32.reinterpret_i32
;;             i32.reinterpret_f32
;;             i64.extend_i32_u
;;             local.set 4
;;           end
;;         end
;;       end
;;       local.get 3
;;       local.get 4
;;       call 4
;;     )
;;   )
