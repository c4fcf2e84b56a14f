;;! show = ["fused", "adapters"]
;; `name` borrows from its caller what $A defines, and gets the representation: one call of JavaScript, and one to take back. In
;; a list handles are lifted one after the other, and then lowered. What passes nothing but handles and numbers is composed:
;; a call of JavaScript in all, instead of one for each handle.
(component
  (component $A
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "get") (param i32 i32) (result i32) unreachable)
      (func (export "name") (param i32) (result i32) unreachable)
      (func (export "make") (result i32) unreachable)
      (func (export "all") (param i32 i32) unreachable))
    (core instance $i (instantiate $m))
    (func (export "[method]r.get") (param "self" (borrow $r)) (param "n" u32) (result u32) (canon lift (core func $i "get")))
    (func (export "[method]r.name") (param "self" (borrow $r)) (result (list u8))
      (canon lift (core func $i "name") (memory (core memory $i "memory"))))
    (func (export "[constructor]r") (result (own $r)) (canon lift (core func $i "make")))
    (func (export "all") (param "them" (list (own $r)))
      (canon lift (core func $i "all") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
  (component $B
    (import "r" (type $r (sub resource)))
    (import "[method]r.get" (func $get (param "self" (borrow $r)) (param "n" u32) (result u32)))
    (import "[method]r.name" (func $name (param "self" (borrow $r)) (result (list u8))))
    (import "[constructor]r" (func $make (result (own $r))))
    (import "all" (func $all (param "them" (list (own $r)))))
    (core module $memory
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $memory (instantiate $memory))
    (core func $get' (canon lower (func $get)))
    (core func $name' (canon lower (func $name)
      (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core func $make' (canon lower (func $make)))
    (core func $all' (canon lower (func $all) (memory (core memory $memory "memory"))))
    (core module $m
      (import "" "get" (func (param i32 i32) (result i32)))
      (import "" "name" (func (param i32 i32)))
      (import "" "make" (func (result i32)))
      (import "" "all" (func (param i32 i32))))
    (core instance (instantiate $m (with "" (instance
      (export "get" (func $get')) (export "name" (func $name')) (export "make" (func $make')) (export "all" (func $all')))))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B
    (with "r" (type $a "r")) (with "[method]r.get" (func $a "[method]r.get"))
    (with "[method]r.name" (func $a "[method]r.name"))
    (with "[constructor]r" (func $a "[constructor]r")) (with "all" (func $a "all")))))
;;= fused
;;   instance1 in instance0
;;   instance2 in instance0
;;   lift0 = lift core0."get": func(self: borrow<resource0>, n: u32) -> u32 "[method]r.get" (instance1)
;;   lift1 = lift core0."name": func(self: borrow<resource0>) -> list<u8> "[method]r.name" (instance1, memory core0."memory")
;;   lift2 = lift core0."make": func() -> own<resource0> "[constructor]r" (instance1)
;;   lift3 = lift core0."all": func(them: list<own<resource0>>) "all" (instance1, memory core0."memory", realloc core0."realloc")
;;   trampoline0 = lower lift0: func(self: borrow<resource0>, n: u32) -> u32 "[method]r.get" (instance2)
;;   trampoline1 = lower lift2: func() -> own<resource0> "[constructor]r" (instance2)
;;   resource0 = resource "r" i32 in instance1
;;   core0 = instantiate module0 in instance1
;;   core1 = instantiate module1 in instance2
;;   core3 = instantiate module3 in instance0 (
;;     "core0" "name": core0."name"
;;     "core0" "memory": core0."memory"
;;     "core1" "memory": core1."memory"
;;     "core1" "realloc": core1."realloc"
;;     "core0" "realloc": core0."realloc"
;;     "core0" "all": core0."all"
;;     "leaf" "may-leave": may-leave
;;     "leaf" "trap cannot-leave": trap cannot-leave
;;     "leaf" "lend 3 0": lend resource0 options3
;;     "leaf" "bad-range pointer 2": trap bad-range pointer options2
;;     "leaf" "trap list-too-long": trap list-too-long
;;     "leaf" "bad-range list 2": trap bad-range list options2
;;     "leaf" "end-loan 3 0": end-loan resource0 options3
;;     "leaf" "bad-range pointer 3": trap bad-range pointer options3
;;     "leaf" "bad-room list 3": trap bad-room list options3
;;     "leaf" "begin-handles": begin-handles
;;     "leaf" "bad-range list 5": trap bad-range list options5
;;     "leaf" "lift-own 5 0": lift-own resource0 options5
;;     "leaf" "bad-room list 4": trap bad-room list options4
;;     "leaf" "lower-own 4 0": lower-own resource0 options4
;;   )
;;   core2 = instantiate module2 in instance2 ("" "get": trampoline0, "" "name": core3."1", "" "make": trampoline1, "" "all": core3."3")
;;= adapters
;;   (module
;;     (type (;0;) (func (param i32 i32)))
;;     (type (;1;) (func))
;;     (type (;2;) (func (param i32) (result i32)))
;;     (type (;3;) (func (param i32 i32 i32)))
;;     (type (;4;) (func (param i32)))
;;     (type (;5;) (func (param i32 i32) (result i32)))
;;     (type (;6;) (func (param i32 i32 i32 i32) (result i32)))
;;     (type (;7;) (func (result i32)))
;;     (import "leaf" "may-leave" (memory (;0;) 1 1))
;;     (import "leaf" "trap cannot-leave" (func (;0;) (type 1)))
;;     (import "leaf" "lend 3 0" (func (;1;) (type 2)))
;;     (import "core0" "name" (func (;2;) (type 2)))
;;     (import "core0" "memory" (memory (;1;) 0))
;;     (import "leaf" "bad-range pointer 2" (func (;3;) (type 3)))
;;     (import "leaf" "trap list-too-long" (func (;4;) (type 1)))
;;     (import "leaf" "bad-range list 2" (func (;5;) (type 3)))
;;     (import "leaf" "end-loan 3 0" (func (;6;) (type 4)))
;;     (import "core1" "memory" (memory (;2;) 0))
;;     (import "leaf" "bad-range pointer 3" (func (;7;) (type 3)))
;;     (import "core1" "realloc" (func (;8;) (type 6)))
;;     (import "leaf" "bad-room list 3" (func (;9;) (type 3)))
;;     (import "leaf" "begin-handles" (func (;10;) (type 1)))
;;     (import "leaf" "bad-range list 5" (func (;11;) (type 3)))
;;     (import "leaf" "lift-own 5 0" (func (;12;) (type 4)))
;;     (import "core0" "realloc" (func (;13;) (type 6)))
;;     (import "leaf" "bad-room list 4" (func (;14;) (type 3)))
;;     (import "leaf" "lower-own 4 0" (func (;15;) (type 7)))
;;     (import "core0" "all" (func (;16;) (type 0)))
;;     (export "1" (func $"[method]r.name"))
;;     (export "3" (func $all))
;;     (func $"[method]r.name" (;17;) (type 0) (param i32 i32)
;;       (local i32 i32 i32 i32 i32 i32)
;;       i32.const 0
;;       i32.load align=1
;;       if ;; label = @1
;;         call 0
;;         unreachable
;;       end
;;       local.get 0
;;       call 1
;;       local.set 2
;;       local.get 2
;;       call 2
;;       local.set 3
;;       local.get 3
;;       i64.extend_i32_u
;;       i32.const 8
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size 1
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 3
;;       i32.const 4
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 3
;;         i32.const 8
;;         i32.const 4
;;         call 3
;;         unreachable
;;       end
;;       local.get 3
;;       i32.load 1 align=1
;;       local.get 3
;;       i32.load 1 offset=4 align=1
;;       call $"check range 0.memory 1 1"
;;       local.get 0
;;       call 6
;;       local.get 1
;;       i64.extend_i32_u
;;       i32.const 8
;;       i64.extend_i32_u
;;       i64.add
;;       memory.size 2
;;       i64.extend_i32_u
;;       i64.const 16
;;       i64.shl
;;       i64.gt_u
;;       local.get 1
;;       i32.const 4
;;       i32.const 1
;;       i32.sub
;;       i32.and
;;       i32.or
;;       if ;; label = @1
;;         local.get 1
;;         i32.const 8
;;         i32.const 4
;;         call 7
;;         unreachable
;;       end
;;       local.get 3
;;       i32.load 1 align=1
;;       local.get 3
;;       i32.load 1 offset=4 align=1
;;       local.set 4
;;       local.set 5
;;       local.get 5
;;       local.get 4
;;       call $"copy plain 1 1 0.memory 3"
;;       local.get 4
;;       local.set 6
;;       local.set 7
;;       local.get 1
;;       local.get 7
;;       i32.store 2 align=1
;;       local.get 1
;;       local.get 6
;;       i32.store 2 offset=4 align=1
;;     )
;;     (func $all (;18;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       i32.const 0
;;       i32.load align=1
;;       if ;; label = @1
;;         call 0
;;         unreachable
;;       end
;;       call 10
;;       local.get 0
;;       local.get 1
;;       call $"check list 5 0"
;;       local.get 0
;;       local.get 1
;;       local.set 2
;;       local.set 3
;;       local.get 3
;;       local.get 2
;;       call $"copy list 0 5 4"
;;       local.get 2
;;       call 16
;;     )
;;     (func $"check range 0.memory 1 1" (;19;) (type 0) (param i32 i32)
;;       (local i32)
;;       local.get 1
;;       i32.const 268435455
;;       i32.gt_u
;;       if ;; label = @1
;;         call 4
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
;;         call 5
;;         unreachable
;;       end
;;     )
;;     (func $"copy plain 1 1 0.memory 3" (;20;) (type 5) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 1
;;       local.set 2
;;       local.get 2
;;       i32.const 1
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 3 list"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 2
;;       call $"copyBytes 0.memory 1.memory"
;;       local.get 3
;;     )
;;     (func $"reallocate 3 list" (;21;) (type 6) (param i32 i32 i32 i32) (result i32)
;;       (local i32)
;;       i32.const 0
;;       i32.const 1
;;       i32.store align=1
;;       local.get 2
;;       local.get 3
;;       local.get 1
;;       local.get 0
;;       call 8
;;       i32.const 0
;;       i32.const 0
;;       i32.store align=1
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
;;         call 9
;;         unreachable
;;       end
;;       local.get 4
;;     )
;;     (func $"copyBytes 0.memory 1.memory" (;22;) (type 3) (param i32 i32 i32)
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
;;     (func $"check list 5 0" (;23;) (type 0) (param i32 i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 67108863
;;       i32.gt_u
;;       if ;; label = @1
;;         call 4
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
;;       memory.size 2
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
;;         call 11
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 2
;;       call $"check elements 0 5"
;;     )
;;     (func $"check elements 0 5" (;24;) (type 0) (param i32 i32)
;;       local.get 1
;;       if ;; label = @1
;;         loop ;; label = @2
;;           local.get 0
;;           i32.load 2 align=1
;;           call 12
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
;;     (func $"copy list 0 5 4" (;25;) (type 5) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 4
;;       i32.mul
;;       local.set 2
;;       local.get 2
;;       i32.const 4
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 4 list"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 1
;;       call $"copy elements 0 5 4"
;;       local.get 3
;;     )
;;     (func $"reallocate 4 list" (;26;) (type 6) (param i32 i32 i32 i32) (result i32)
;;       (local i32)
;;       local.get 2
;;       local.get 3
;;       local.get 1
;;       local.get 0
;;       call 13
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
;;         call 14
;;         unreachable
;;       end
;;       local.get 4
;;     )
;;     (func $"copy elements 0 5 4" (;27;) (type 3) (param i32 i32 i32)
;;       local.get 2
;;       if ;; label = @1
;;         loop ;; label = @2
;;           local.get 0
;;           call 15
;;           i32.store 1 align=1
;;           local.get 1
;;           i32.const 4
;;           i32.add
;;           local.set 1
;;           local.get 0
;;           i32.const 4
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
