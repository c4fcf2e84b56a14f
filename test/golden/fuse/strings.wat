;;! show = ["adapters"]
;; From UTF-8 to UTF-8: checked, then copied. Both components can call out, so `realloc` runs while `may_leave` is cleared.
(component
  (import "out" (func $out))
  (component $A
    (import "out" (func $out))
    (core func (canon lower (func $out)))
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param i32 i32) unreachable))
    (core instance $i (instantiate $m))
    (func (export "f") (param "s" string)
      (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
  (component $B
    (import "out" (func $out))
    (import "f" (func $f (param "s" string)))
    (core func $out' (canon lower (func $out)))
    (core module $shop
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $s (instantiate $shop))
    (core func $f' (canon lower (func $f) (memory (core memory $s "memory")) (realloc (core func $s "realloc"))))
    (core module $m (import "" "f" (func (param i32 i32))) (import "" "out" (func)))
    (core instance (instantiate $m (with "" (instance (export "f" (func $f')) (export "out" (func $out')))))))
  (instance $a (instantiate $A (with "out" (func $out))))
  (instance $b (instantiate $B (with "out" (func $out)) (with "f" (func $a "f")))))
;;= adapters
;;   (module
;;     (type (;0;) (func (param i32 i32)))
;;     (type (;1;) (func))
;;     (type (;2;) (func (param i32 i32 i32)))
;;     (type (;3;) (func (param i32 i32) (result i32)))
;;     (type (;4;) (func (param i32 i32) (result i32 i32)))
;;     (type (;5;) (func (param i32 i32 i32 i32) (result i32)))
;;     (import "leaf" "may-leave" (memory (;0;) 1 1))
;;     (import "leaf" "trap cannot-leave" (func (;0;) (type 1)))
;;     (import "leaf" "trap string-too-long" (func (;1;) (type 1)))
;;     (import "core1" "memory" (memory (;1;) 0))
;;     (import "leaf" "bad-range string 1" (func (;2;) (type 2)))
;;     (import "leaf" "invalid-text 1 utf8" (func (;3;) (type 0)))
;;     (import "core0" "realloc" (func (;4;) (type 5)))
;;     (import "core0" "memory" (memory (;2;) 0))
;;     (import "leaf" "bad-room string 0" (func (;5;) (type 2)))
;;     (import "core0" "f" (func (;6;) (type 0)))
;;     (export "0" (func $f))
;;     (func $f (;7;) (type 0) (param i32 i32)
;;       i32.const 0
;;       i32.load align=1
;;       if ;; label = @1
;;         call 0
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 1
;;       call $"check string 1"
;;       local.get 0
;;       local.get 1
;;       call $"storeUtf8 1.memory 0"
;;       call 6
;;     )
;;     (func $"check string 1" (;8;) (type 0) (param i32 i32)
;;       (local i32)
;;       local.get 1
;;       i32.const 268435455
;;       i32.gt_u
;;       if ;; label = @1
;;         call 1
;;         unreachable
;;       end
;;       local.get 1
;;       local.set 2
;;       local.get 0
;;       i64.extend_i32_u
;;       local.get 2
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size 1
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       if ;; label = @1
;;         local.get 0
;;         local.get 2
;;         i32.const 1
;;         call 2
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 2
;;       call $"isUtf8 1.memory false"
;;       i32.eqz
;;       if ;; label = @1
;;         local.get 0
;;         local.get 2
;;         call 3
;;         unreachable
;;       end
;;     )
;;     (func $"isUtf8 1.memory false" (;9;) (type 3) (param i32 i32) (result i32)
;;       (local i32)
;;       local.get 0
;;       local.get 1
;;       i32.add
;;       local.set 2
;;       block ;; label = @1
;;         block ;; label = @2
;;           loop ;; label = @3
;;             local.get 2
;;             local.get 0
;;             i32.sub
;;             i32.const 64
;;             i32.ge_u
;;             i32.eqz
;;             br_if 1 (;@2;)
;;             local.get 0
;;             v128.load 1 align=1
;;             local.get 0
;;             v128.load 1 offset=16 align=1
;;             v128.or
;;             local.get 0
;;             v128.load 1 offset=32 align=1
;;             v128.or
;;             local.get 0
;;             v128.load 1 offset=48 align=1
;;             v128.or
;;             i8x16.bitmask
;;             br_if 2 (;@1;)
;;             local.get 0
;;             i32.const 64
;;             i32.add
;;             local.set 0
;;             br 0 (;@3;)
;;           end
;;         end
;;         block ;; label = @2
;;           loop ;; label = @3
;;             local.get 2
;;             local.get 0
;;             i32.sub
;;             i32.const 16
;;             i32.ge_u
;;             i32.eqz
;;             br_if 1 (;@2;)
;;             local.get 0
;;             v128.load 1 align=1
;;             i8x16.bitmask
;;             br_if 2 (;@1;)
;;             local.get 0
;;             i32.const 16
;;             i32.add
;;             local.set 0
;;             br 0 (;@3;)
;;           end
;;         end
;;         local.get 1
;;         i32.const 16
;;         i32.ge_u
;;         if ;; label = @2
;;           local.get 2
;;           i32.const 16
;;           i32.sub
;;           v128.load 1 align=1
;;           i8x16.bitmask
;;           br_if 1 (;@1;)
;;           i32.const 1
;;           return
;;         end
;;         local.get 1
;;         i32.const 8
;;         i32.ge_u
;;         if ;; label = @2
;;           local.get 0
;;           i64.load 1 align=1
;;           local.get 2
;;           i32.const 8
;;           i32.sub
;;           i64.load 1 align=1
;;           i64.or
;;           i64.const -9187201950435737472
;;           i64.and
;;           i64.const 0
;;           i64.ne
;;           br_if 1 (;@1;)
;;           i32.const 1
;;           return
;;         end
;;         local.get 1
;;         i32.const 4
;;         i32.ge_u
;;         if ;; label = @2
;;           local.get 0
;;           i32.load 1 align=1
;;           local.get 2
;;           i32.const 4
;;           i32.sub
;;           i32.load 1 align=1
;;           i32.or
;;           i32.const -2139062144
;;           i32.and
;;           br_if 1 (;@1;)
;;           i32.const 1
;;           return
;;         end
;;       end
;;       local.get 2
;;       local.get 0
;;       i32.sub
;;       i32.const 32
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 0
;;         local.get 2
;;         call $"isUtf8ByTables 1.memory false"
;;         return
;;       end
;;       local.get 0
;;       local.get 2
;;       call $"isUtf8ByBranches 1.memory false"
;;       return
;;       unreachable
;;     )
;;     (func $"isUtf8ByTables 1.memory false" (;10;) (type 3) (param i32 i32) (result i32)
;;       (local v128 v128 v128 v128 i32)
;;       v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
;;       local.set 2
;;       v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
;;       local.set 3
;;       block ;; label = @1
;;         loop ;; label = @2
;;           local.get 1
;;           local.get 0
;;           i32.sub
;;           i32.const 16
;;           i32.ge_u
;;           i32.eqz
;;           br_if 1 (;@1;)
;;           local.get 0
;;           v128.load 1 align=1
;;           local.set 4
;;           local.get 2
;;           local.get 4
;;           i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30
;;           local.set 5
;;           local.get 3
;;           v128.const i32x4 0x02020202 0x02020202 0x80808080 0x49150121
;;           local.get 5
;;           i32.const 4
;;           i8x16.shr_u
;;           i8x16.swizzle
;;           v128.const i32x4 0x8383a3e7 0xcbcbcb8b 0xcbcbcbcb 0xcbcbdbcb
;;           local.get 5
;;           v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
;;           v128.and
;;           i8x16.swizzle
;;           v128.and
;;           v128.const i32x4 0x01010101 0x01010101 0xbabaaee6 0x01010101
;;           local.get 4
;;           i32.const 4
;;           i8x16.shr_u
;;           i8x16.swizzle
;;           v128.and
;;           local.get 2
;;           local.get 4
;;           i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
;;           v128.const i32x4 0x60606060 0x60606060 0x60606060 0x60606060
;;           i8x16.sub_sat_u
;;           local.get 2
;;           local.get 4
;;           i8x16.shuffle 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28
;;           v128.const i32x4 0x70707070 0x70707070 0x70707070 0x70707070
;;           i8x16.sub_sat_u
;;           v128.or
;;           v128.const i32x4 0x80808080 0x80808080 0x80808080 0x80808080
;;           v128.and
;;           v128.xor
;;           v128.or
;;           local.set 3
;;           local.get 4
;;           local.set 2
;;           local.get 0
;;           i32.const 16
;;           i32.add
;;           local.set 0
;;           br 0 (;@2;)
;;         end
;;       end
;;       i32.const 0
;;       local.get 3
;;       v128.any_true
;;       br_if 0
;;       drop
;;       local.get 0
;;       local.set 6
;;       local.get 0
;;       i32.const 3
;;       i32.sub
;;       local.set 0
;;       block ;; label = @1
;;         loop ;; label = @2
;;           local.get 0
;;           local.get 6
;;           i32.ne
;;           i32.eqz
;;           br_if 1 (;@1;)
;;           local.get 0
;;           i32.load8_u 1
;;           i32.const 192
;;           i32.and
;;           i32.const 128
;;           i32.ne
;;           br_if 1 (;@1;)
;;           local.get 0
;;           i32.const 1
;;           i32.add
;;           local.set 0
;;           br 0 (;@2;)
;;         end
;;       end
;;       local.get 0
;;       local.get 1
;;       call $"isUtf8ByBranches 1.memory false"
;;       return
;;       unreachable
;;     )
;;     (func $"isUtf8ByBranches 1.memory false" (;11;) (type 3) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       block ;; label = @1
;;         loop ;; label = @2
;;           i32.const 1
;;           local.get 0
;;           local.get 1
;;           i32.eq
;;           br_if 2
;;           drop
;;           local.get 0
;;           i32.load8_u 1
;;           local.set 2
;;           local.get 0
;;           i32.const 1
;;           i32.add
;;           local.set 0
;;           local.get 2
;;           i32.const 128
;;           i32.lt_u
;;           br_if 0 (;@2;)
;;           i32.const 0
;;           local.get 2
;;           i32.const 194
;;           i32.lt_u
;;           local.get 2
;;           i32.const 244
;;           i32.gt_u
;;           i32.or
;;           br_if 2
;;           drop
;;           local.get 2
;;           i32.const 224
;;           i32.lt_u
;;           if ;; label = @3
;;             i32.const 0
;;             local.get 1
;;             local.get 0
;;             i32.eq
;;             br_if 3
;;             drop
;;             i32.const 0
;;             local.get 0
;;             i32.load8_u 1
;;             i32.const 192
;;             i32.and
;;             i32.const 128
;;             i32.ne
;;             br_if 3
;;             drop
;;             local.get 0
;;             i32.const 1
;;             i32.add
;;             local.set 0
;;             br 1 (;@2;)
;;           end
;;           i32.const 0
;;           local.get 1
;;           local.get 0
;;           i32.sub
;;           i32.const 2
;;           i32.lt_u
;;           br_if 2
;;           drop
;;           local.get 0
;;           i32.load16_u 1 align=1
;;           local.set 3
;;           i32.const 0
;;           local.get 3
;;           i32.const 49344
;;           i32.and
;;           i32.const 32896
;;           i32.ne
;;           br_if 2
;;           drop
;;           local.get 3
;;           i32.const 255
;;           i32.and
;;           local.set 3
;;           local.get 2
;;           i32.const 240
;;           i32.lt_u
;;           if ;; label = @3
;;             i32.const 0
;;             local.get 2
;;             i32.const 224
;;             i32.eq
;;             local.get 3
;;             i32.const 160
;;             i32.lt_u
;;             i32.and
;;             local.get 2
;;             i32.const 237
;;             i32.eq
;;             local.get 3
;;             i32.const 160
;;             i32.ge_u
;;             i32.and
;;             i32.or
;;             br_if 3
;;             drop
;;             local.get 0
;;             i32.const 2
;;             i32.add
;;             local.set 0
;;             br 1 (;@2;)
;;           end
;;           i32.const 0
;;           local.get 2
;;           i32.const 240
;;           i32.eq
;;           local.get 3
;;           i32.const 144
;;           i32.lt_u
;;           i32.and
;;           local.get 2
;;           i32.const 244
;;           i32.eq
;;           local.get 3
;;           i32.const 144
;;           i32.ge_u
;;           i32.and
;;           i32.or
;;           br_if 2
;;           drop
;;           i32.const 0
;;           local.get 1
;;           local.get 0
;;           i32.sub
;;           i32.const 3
;;           i32.lt_u
;;           br_if 2
;;           drop
;;           i32.const 0
;;           local.get 0
;;           i32.load8_u 1 offset=2
;;           i32.const 192
;;           i32.and
;;           i32.const 128
;;           i32.ne
;;           br_if 2
;;           drop
;;           local.get 0
;;           i32.const 3
;;           i32.add
;;           local.set 0
;;           br 0 (;@2;)
;;         end
;;       end
;;       unreachable
;;     )
;;     (func $"storeUtf8 1.memory 0" (;12;) (type 4) (param i32 i32) (result i32 i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 1
;;       i32.mul
;;       local.set 2
;;       local.get 2
;;       i32.const 1
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 0 string"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 2
;;       call $"copyBytes 1.memory 0.memory"
;;       local.get 3
;;       local.get 1
;;       return
;;       unreachable
;;     )
;;     (func $"reallocate 0 string" (;13;) (type 5) (param i32 i32 i32 i32) (result i32)
;;       (local i32)
;;       local.get 2
;;       local.get 3
;;       local.get 1
;;       local.get 0
;;       call 4
;;       local.set 4
;;       local.get 4
;;       i64.extend_i32_u
;;       local.get 0
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size 2
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 4
;;       local.get 1
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 4
;;         local.get 0
;;         local.get 1
;;         call 5
;;         unreachable
;;       end
;;       local.get 4
;;     )
;;     (func $"copyBytes 1.memory 0.memory" (;14;) (type 2) (param i32 i32 i32)
;;       (local v128 i64 i32)
;;       local.get 2
;;       i32.const 32
;;       i32.gt_u
;;       if ;; label = @1
;;         local.get 0
;;         local.get 1
;;         local.get 2
;;         memory.copy 2 1
;;         return
;;       end
;;       local.get 2
;;       i32.const 16
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 1
;;         v128.load 1 align=1
;;         local.set 3
;;         local.get 0
;;         local.get 2
;;         i32.add
;;         i32.const 16
;;         i32.sub
;;         local.get 1
;;         local.get 2
;;         i32.add
;;         i32.const 16
;;         i32.sub
;;         v128.load 1 align=1
;;         v128.store 2 align=1
;;         local.get 0
;;         local.get 3
;;         v128.store 2 align=1
;;         return
;;       end
;;       local.get 2
;;       i32.const 8
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 1
;;         i64.load 1 align=1
;;         local.set 4
;;         local.get 0
;;         local.get 2
;;         i32.add
;;         i32.const 8
;;         i32.sub
;;         local.get 1
;;         local.get 2
;;         i32.add
;;         i32.const 8
;;         i32.sub
;;         i64.load 1 align=1
;;         i64.store 2 align=1
;;         local.get 0
;;         local.get 4
;;         i64.store 2 align=1
;;         return
;;       end
;;       local.get 2
;;       i32.const 4
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 1
;;         i32.load 1 align=1
;;         local.set 5
;;         local.get 0
;;         local.get 2
;;         i32.add
;;         i32.const 4
;;         i32.sub
;;         local.get 1
;;         local.get 2
;;         i32.add
;;         i32.const 4
;;         i32.sub
;;         i32.load 1 align=1
;;         i32.store 2 align=1
;;         local.get 0
;;         local.get 5
;;         i32.store 2 align=1
;;         return
;;       end
;;       local.get 2
;;       if ;; label = @1
;;         local.get 0
;;         local.get 1
;;         i32.load8_u 1
;;         i32.store8 2
;;         local.get 0
;;         local.get 2
;;         i32.const 1
;;         i32.shr_u
;;         i32.add
;;         local.get 1
;;         local.get 2
;;         i32.const 1
;;         i32.shr_u
;;         i32.add
;;         i32.load8_u 1
;;         i32.store8 2
;;         local.get 0
;;         local.get 2
;;         i32.const 1
;;         i32.sub
;;         i32.add
;;         local.get 1
;;         local.get 2
;;         i32.const 1
;;         i32.sub
;;         i32.add
;;         i32.load8_u 1
;;         i32.store8 2
;;       end
;;     )
;;   )
