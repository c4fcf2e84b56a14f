;;! show = ["adapters"]
;; Plain lists are checked by their place and copied at once, `numbers` by the same helpers as `bytes` but for sizes. What has
;; to be looked at is gone through twice, first to check it. The result, which goes through memory, is copied without padding.
(component
  (component $A
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "bytes") (param i32 i32) unreachable)
      (func (export "chars") (param i32 i32) unreachable)
      (func (export "options") (param i32 i32) unreachable)
      (func (export "place") (result i32) unreachable)
      (func (export "clean") (param i32)))
    (core instance $i (instantiate $m))
    (func (export "bytes") (param "b" (list u8))
      (canon lift (core func $i "bytes") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "numbers") (param "n" (list (tuple f64 f64 u32)))
      (canon lift (core func $i "bytes") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "chars") (param "c" (list char))
      (canon lift (core func $i "chars") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "options") (param "o" (list (option (tuple bool u16))))
      (canon lift (core func $i "options") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "place") (result (tuple u8 u64 u16))
      (canon lift (core func $i "place") (memory (core memory $i "memory")) (post-return (core func $i "clean")))))
  (component $B
    (import "bytes" (func $bytes (param "b" (list u8))))
    (import "numbers" (func $numbers (param "n" (list (tuple f64 f64 u32)))))
    (import "chars" (func $chars (param "c" (list char))))
    (import "options" (func $options (param "o" (list (option (tuple bool u16))))))
    (import "place" (func $place (result (tuple u8 u64 u16))))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $bytes' (canon lower (func $bytes) (memory (core memory $memory "memory"))))
    (core func $numbers' (canon lower (func $numbers) (memory (core memory $memory "memory"))))
    (core func $chars' (canon lower (func $chars) (memory (core memory $memory "memory"))))
    (core func $options' (canon lower (func $options) (memory (core memory $memory "memory"))))
    (core func $place' (canon lower (func $place) (memory (core memory $memory "memory"))))
    (core module $m
      (import "" "bytes" (func (param i32 i32)))
      (import "" "numbers" (func (param i32 i32)))
      (import "" "chars" (func (param i32 i32)))
      (import "" "options" (func (param i32 i32)))
      (import "" "place" (func (param i32))))
    (core instance (instantiate $m (with "" (instance
      (export "bytes" (func $bytes')) (export "numbers" (func $numbers')) (export "chars" (func $chars'))
      (export "options" (func $options')) (export "place" (func $place')))))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B
    (with "bytes" (func $a "bytes")) (with "numbers" (func $a "numbers")) (with "chars" (func $a "chars"))
    (with "options" (func $a "options")) (with "place" (func $a "place")))))
;;= adapters
;;   (module
;;     (type (;0;) (func (param i32 i32)))
;;     (type (;1;) (func (param i32)))
;;     (type (;2;) (func))
;;     (type (;3;) (func (param i32 i32 i32)))
;;     (type (;4;) (func (param i32 i32) (result i32)))
;;     (type (;5;) (func (param i32 i32 i32 i32) (result i32)))
;;     (type (;6;) (func (result i32)))
;;     (import "leaf" "trap list-too-long" (func (;0;) (type 2)))
;;     (import "core1" "memory" (memory (;0;) 0))
;;     (import "leaf" "bad-range list 1" (func (;1;) (type 3)))
;;     (import "core0" "realloc" (func (;2;) (type 5)))
;;     (import "core0" "memory" (memory (;1;) 0))
;;     (import "leaf" "bad-room list 0" (func (;3;) (type 3)))
;;     (import "core0" "bytes" (func (;4;) (type 0)))
;;     (import "leaf" "invalid-char" (func (;5;) (type 1)))
;;     (import "core0" "chars" (func (;6;) (type 0)))
;;     (import "leaf" "trap invalid-discriminant" (func (;7;) (type 2)))
;;     (import "core0" "options" (func (;8;) (type 0)))
;;     (import "core0" "place" (func (;9;) (type 6)))
;;     (import "leaf" "bad-range pointer 2" (func (;10;) (type 3)))
;;     (import "leaf" "bad-range pointer 1" (func (;11;) (type 3)))
;;     (import "core0" "clean" (func (;12;) (type 1)))
;;     (export "0" (func $bytes))
;;     (export "1" (func $numbers))
;;     (export "2" (func $chars))
;;     (export "3" (func $options))
;;     (export "4" (func $place))
;;     (func $bytes (;13;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 0
;;       local.get 1
;;       call $"check range 1.memory 1 1"
;;       local.get 0
;;       local.get 1
;;       local.set 2
;;       local.set 3
;;       local.get 3
;;       local.get 2
;;       call $"copy plain 1 1 1.memory 0"
;;       local.get 2
;;       call 4
;;     )
;;     (func $numbers (;14;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 0
;;       local.get 1
;;       call $"check range 1.memory 24 8"
;;       local.get 0
;;       local.get 1
;;       local.set 2
;;       local.set 3
;;       local.get 3
;;       local.get 2
;;       call $"copy plain 24 8 1.memory 0"
;;       local.get 2
;;       call 4
;;     )
;;     (func $chars (;15;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 0
;;       local.get 1
;;       call $"check list 1 0"
;;       local.get 0
;;       local.get 1
;;       local.set 2
;;       local.set 3
;;       local.get 3
;;       local.get 2
;;       call $"copy plain 4 4 1.memory 0"
;;       local.get 2
;;       call 6
;;     )
;;     (func $options (;16;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 0
;;       local.get 1
;;       call $"check list 1 1"
;;       local.get 0
;;       local.get 1
;;       local.set 2
;;       local.set 3
;;       local.get 3
;;       local.get 2
;;       call $"copy list 1 1 0"
;;       local.get 2
;;       call 8
;;     )
;;     (func $place (;17;) (type 1) (param i32)
;;       (local i32)
;;       call 9
;;       local.set 1
;;       local.get 1
;;       i64.extend_i32_u
;;       i32.const 24
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size 1
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 1
;;       i32.const 8
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 1
;;         i32.const 24
;;         i32.const 8
;;         call 10
;;         unreachable
;;       end
;;       local.get 0
;;       i64.extend_i32_u
;;       i32.const 24
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 0
;;       i32.const 8
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 0
;;         i32.const 24
;;         i32.const 8
;;         call 11
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 1
;;       i32.load8_u 1
;;       i32.store8
;;       local.get 0
;;       local.get 1
;;       i64.load 1 offset=8 align=1
;;       i64.store offset=8 align=1
;;       local.get 0
;;       local.get 1
;;       i32.load16_u 1 offset=16 align=1
;;       i32.store16 offset=16 align=1
;;       local.get 1
;;       call 12
;;     )
;;     (func $"check range 1.memory 1 1" (;18;) (type 0) (param i32 i32)
;;       (local i32)
;;       local.get 1
;;       i32.const 268435455
;;       i32.gt_u
;;       if ;; label = @1
;;         call 0
;;         unreachable
;;       end
;;       local.get 1
;;       local.set 2
;;       local.get 0
;;       i64.extend_i32_u
;;       local.get 2
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       if ;; label = @1
;;         local.get 0
;;         local.get 2
;;         i32.const 1
;;         call 1
;;         unreachable
;;       end
;;     )
;;     (func $"copy plain 1 1 1.memory 0" (;19;) (type 4) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 1
;;       local.set 2
;;       local.get 2
;;       i32.const 1
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 0 list"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 2
;;       call $"copyBytes 1.memory 0.memory"
;;       local.get 3
;;     )
;;     (func $"reallocate 0 list" (;20;) (type 5) (param i32 i32 i32 i32) (result i32)
;;       (local i32)
;;       local.get 2
;;       local.get 3
;;       local.get 1
;;       local.get 0
;;       call 2
;;       local.set 4
;;       local.get 4
;;       i64.extend_i32_u
;;       local.get 0
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size 1
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
;;         call 3
;;         unreachable
;;       end
;;       local.get 4
;;     )
;;     (func $"copyBytes 1.memory 0.memory" (;21;) (type 3) (param i32 i32 i32)
;;       (local v128 i64 i32)
;;       local.get 2
;;       i32.const 32
;;       i32.gt_u
;;       if ;; label = @1
;;         local.get 0
;;         local.get 1
;;         local.get 2
;;         memory.copy 1 0
;;         return
;;       end
;;       local.get 2
;;       i32.const 16
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 1
;;         v128.load align=1
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
;;         v128.load align=1
;;         v128.store 1 align=1
;;         local.get 0
;;         local.get 3
;;         v128.store 1 align=1
;;         return
;;       end
;;       local.get 2
;;       i32.const 8
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 1
;;         i64.load align=1
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
;;         i64.load align=1
;;         i64.store 1 align=1
;;         local.get 0
;;         local.get 4
;;         i64.store 1 align=1
;;         return
;;       end
;;       local.get 2
;;       i32.const 4
;;       i32.ge_u
;;       if ;; label = @1
;;         local.get 1
;;         i32.load align=1
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
;;         i32.load align=1
;;         i32.store 1 align=1
;;         local.get 0
;;         local.get 5
;;         i32.store 1 align=1
;;         return
;;       end
;;       local.get 2
;;       if ;; label = @1
;;         local.get 0
;;         local.get 1
;;         i32.load8_u
;;         i32.store8 1
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
;;         i32.load8_u
;;         i32.store8 1
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
;;         i32.load8_u
;;         i32.store8 1
;;       end
;;     )
;;     (func $"check range 1.memory 24 8" (;22;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 11184810
;;       i32.gt_u
;;       if ;; label = @1
;;         call 0
;;         unreachable
;;       end
;;       local.get 1
;;       local.set 2
;;       local.get 2
;;       i32.const 24
;;       i32.mul
;;       local.set 3
;;       local.get 0
;;       i64.extend_i32_u
;;       local.get 3
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 0
;;       i32.const 8
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 0
;;         local.get 3
;;         i32.const 8
;;         call 1
;;         unreachable
;;       end
;;     )
;;     (func $"copy plain 24 8 1.memory 0" (;23;) (type 4) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 24
;;       i32.mul
;;       local.set 2
;;       local.get 2
;;       i32.const 8
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 0 list"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 2
;;       call $"copyBytes 1.memory 0.memory"
;;       local.get 3
;;     )
;;     (func $"check list 1 0" (;24;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 67108863
;;       i32.gt_u
;;       if ;; label = @1
;;         call 0
;;         unreachable
;;       end
;;       local.get 1
;;       local.set 2
;;       local.get 2
;;       i32.const 4
;;       i32.mul
;;       local.set 3
;;       local.get 0
;;       i64.extend_i32_u
;;       local.get 3
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 0
;;       i32.const 4
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 0
;;         local.get 3
;;         i32.const 4
;;         call 1
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 2
;;       call $"check elements 0 1"
;;     )
;;     (func $"check elements 0 1" (;25;) (type 0) (param i32 i32)
;;       (local i32)
;;       local.get 1
;;       if ;; label = @1
;;         loop ;; label = @2
;;           local.get 0
;;           i32.load align=1
;;           local.set 2
;;           local.get 2
;;           i32.const 55296
;;           i32.xor
;;           i32.const 2048
;;           i32.sub
;;           i32.const 1112064
;;           i32.ge_u
;;           if ;; label = @3
;;             local.get 2
;;             call 5
;;             unreachable
;;           end
;;           local.get 0
;;           i32.const 4
;;           i32.add
;;           local.set 0
;;           local.get 1
;;           i32.const 1
;;           i32.sub
;;           local.tee 1
;;           br_if 0 (;@2;)
;;         end
;;       end
;;     )
;;     (func $"copy plain 4 4 1.memory 0" (;26;) (type 4) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 4
;;       i32.mul
;;       local.set 2
;;       local.get 2
;;       i32.const 4
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 0 list"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 2
;;       call $"copyBytes 1.memory 0.memory"
;;       local.get 3
;;     )
;;     (func $"check list 1 1" (;27;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 44739242
;;       i32.gt_u
;;       if ;; label = @1
;;         call 0
;;         unreachable
;;       end
;;       local.get 1
;;       local.set 2
;;       local.get 2
;;       i32.const 6
;;       i32.mul
;;       local.set 3
;;       local.get 0
;;       i64.extend_i32_u
;;       local.get 3
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 0
;;       i32.const 2
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 0
;;         local.get 3
;;         i32.const 2
;;         call 1
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 2
;;       call $"check elements 1 1"
;;     )
;;     (func $"check elements 1 1" (;28;) (type 0) (param i32 i32)
;;       (local i32)
;;       local.get 1
;;       if ;; label = @1
;;         loop ;; label = @2
;;           local.get 0
;;           i32.load8_u
;;           local.set 2
;;           local.get 2
;;           i32.const 2
;;           i32.ge_u
;;           if ;; label = @3
;;             call 7
;;             unreachable
;;           end
;;           local.get 0
;;           i32.const 6
;;           i32.add
;;           local.set 0
;;           local.get 1
;;           i32.const 1
;;           i32.sub
;;           local.tee 1
;;           br_if 0 (;@2;)
;;         end
;;       end
;;     )
;;     (func $"copy list 1 1 0" (;29;) (type 4) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 6
;;       i32.mul
;;       local.set 2
;;       local.get 2
;;       i32.const 2
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 0 list"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 1
;;       call $"copy elements 1 1 0"
;;       local.get 3
;;     )
;;     (func $"copy elements 1 1 0" (;30;) (type 3) (param i32 i32 i32)
;;       (local i32)
;;       local.get 2
;;       if ;; label = @1
;;         loop ;; label = @2
;;           local.get 1
;;           i32.load8_u
;;           local.set 3
;;           local.get 0
;;           local.get 3
;;           i32.store8 1
;;           local.get 3
;;           i32.const 1
;;           i32.eq
;;           if ;; label = @3
;;             local.get 0
;;             local.get 1
;;             i32.load8_u offset=2
;;             i32.eqz
;;             i32.eqz
;;             i32.store8 1 offset=2
;;             local.get 0
;;             local.get 1
;;             i32.load16_u offset=4 align=1
;;             i32.store16 1 offset=4 align=1
;;           end
;;           local.get 1
;;           i32.const 6
;;           i32.add
;;           local.set 1
;;           local.get 0
;;           i32.const 6
;;           i32.add
;;           local.set 0
;;           local.get 2
;;           i32.const 1
;;           i32.sub
;;           local.tee 2
;;           br_if 0 (;@2;)
;;         end
;;       end
;;     )
;;   )
