;;! show = ["fused", "adapters"]
;; `get` borrows from its caller what $A defines, and gets the representation; `make` gives an own handle away: one call of
;; JavaScript each, and one to take back. In a list handles are lifted one after the other, and then lowered.
(component
  (component $A
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "get") (param i32 i32) (result i32) unreachable)
      (func (export "make") (result i32) unreachable)
      (func (export "all") (param i32 i32) unreachable))
    (core instance $i (instantiate $m))
    (func (export "[method]r.get") (param "self" (borrow $r)) (param "n" u32) (result u32) (canon lift (core func $i "get")))
    (func (export "[constructor]r") (result (own $r)) (canon lift (core func $i "make")))
    (func (export "all") (param "them" (list (own $r)))
      (canon lift (core func $i "all") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
  (component $B
    (import "r" (type $r (sub resource)))
    (import "[method]r.get" (func $get (param "self" (borrow $r)) (param "n" u32) (result u32)))
    (import "[constructor]r" (func $make (result (own $r))))
    (import "all" (func $all (param "them" (list (own $r)))))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $get' (canon lower (func $get)))
    (core func $make' (canon lower (func $make)))
    (core func $all' (canon lower (func $all) (memory (core memory $memory "memory"))))
    (core module $m
      (import "" "get" (func (param i32 i32) (result i32)))
      (import "" "make" (func (result i32)))
      (import "" "all" (func (param i32 i32))))
    (core instance (instantiate $m (with "" (instance
      (export "get" (func $get')) (export "make" (func $make')) (export "all" (func $all')))))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B
    (with "r" (type $a "r")) (with "[method]r.get" (func $a "[method]r.get"))
    (with "[constructor]r" (func $a "[constructor]r")) (with "all" (func $a "all")))))
;;= fused
;;   instance1 in instance0
;;   instance2 in instance0
;;   lift0 = lift core0."get": func(self: borrow<resource0>, n: u32) -> u32 "[method]r.get" (instance1)
;;   lift1 = lift core0."make": func() -> own<resource0> "[constructor]r" (instance1)
;;   lift2 = lift core0."all": func(them: list<own<resource0>>) "all" (instance1, memory core0."memory", realloc core0."realloc")
;;   resource0 = resource "r" i32 in instance1
;;   core0 = instantiate module0 in instance1
;;   core1 = instantiate module1 in instance2
;;   core3 = instantiate module3 in instance0 (
;;     "core0" "get": core0."get"
;;     "core0" "make": core0."make"
;;     "core1" "memory": core1."memory"
;;     "core0" "realloc": core0."realloc"
;;     "core0" "memory": core0."memory"
;;     "core0" "all": core0."all"
;;     "leaf" "lend 1 0": lend resource0 options1
;;     "leaf" "end-loan 1 0": end-loan resource0 options1
;;     "leaf" "transfer-own 0 1 0": transfer-own resource0 from options0 to options1
;;     "leaf" "begin-handles": begin-handles
;;     "leaf" "trap list-too-long": trap list-too-long
;;     "leaf" "bad-range list 3": trap bad-range list options3
;;     "leaf" "lift-own 3 0": lift-own resource0 options3
;;     "leaf" "bad-room list 2": trap bad-room list options2
;;     "leaf" "lower-own 2 0": lower-own resource0 options2
;;   )
;;   core2 = instantiate module2 in instance2 ("" "get": core3."0", "" "make": core3."1", "" "all": core3."2")
;;= adapters
;;   (module
;;     (type (;0;) (func (param i32 i32) (result i32)))
;;     (type (;1;) (func (result i32)))
;;     (type (;2;) (func (param i32 i32)))
;;     (type (;3;) (func (param i32) (result i32)))
;;     (type (;4;) (func (param i32)))
;;     (type (;5;) (func))
;;     (type (;6;) (func (param i32 i32 i32)))
;;     (type (;7;) (func (param i32 i32 i32 i32) (result i32)))
;;     (import "leaf" "lend 1 0" (func (;0;) (type 3)))
;;     (import "core0" "get" (func (;1;) (type 0)))
;;     (import "leaf" "end-loan 1 0" (func (;2;) (type 4)))
;;     (import "core0" "make" (func (;3;) (type 1)))
;;     (import "leaf" "transfer-own 0 1 0" (func (;4;) (type 3)))
;;     (import "leaf" "begin-handles" (func (;5;) (type 5)))
;;     (import "leaf" "trap list-too-long" (func (;6;) (type 5)))
;;     (import "core1" "memory" (memory (;0;) 0))
;;     (import "leaf" "bad-range list 3" (func (;7;) (type 6)))
;;     (import "leaf" "lift-own 3 0" (func (;8;) (type 4)))
;;     (import "core0" "realloc" (func (;9;) (type 7)))
;;     (import "core0" "memory" (memory (;1;) 0))
;;     (import "leaf" "bad-room list 2" (func (;10;) (type 6)))
;;     (import "leaf" "lower-own 2 0" (func (;11;) (type 1)))
;;     (import "core0" "all" (func (;12;) (type 2)))
;;     (export "0" (func $"[method]r.get"))
;;     (export "1" (func $"[constructor]r"))
;;     (export "2" (func $all))
;;     (func $"[method]r.get" (;13;) (type 0) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 0
;;       call 0
;;       local.set 2
;;       local.get 2
;;       local.get 1
;;       call 1
;;       local.set 3
;;       local.get 0
;;       call 2
;;       local.get 3
;;     )
;;     (func $"[constructor]r" (;14;) (type 1) (result i32)
;;       (local i32 i32)
;;       call 3
;;       local.set 0
;;       local.get 0
;;       call 4
;;       local.set 1
;;       local.get 1
;;     )
;;     (func $all (;15;) (type 2) (param i32 i32)
;;       (local i32 i32)
;;       call 5
;;       local.get 0
;;       local.get 1
;;       call $"check list 3 0"
;;       local.get 0
;;       local.get 1
;;       local.set 2
;;       local.set 3
;;       local.get 3
;;       local.get 2
;;       call $"copy list 0 3 2"
;;       local.get 2
;;       call 12
;;     )
;;     (func $"check list 3 0" (;16;) (type 2) (param i32 i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 67108863
;;       i32.gt_u
;;       if ;; label = @1
;;         call 6
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
;;         call 7
;;         unreachable
;;       end
;;       local.get 0
;;       local.get 2
;;       call $"check elements 0 3"
;;     )
;;     (func $"check elements 0 3" (;17;) (type 2) (param i32 i32)
;;       block ;; label = @1
;;         loop ;; label = @2
;;           local.get 1
;;           i32.eqz
;;           br_if 1 (;@1;)
;;           local.get 0
;;           i32.load align=1
;;           call 8
;;           local.get 0
;;           i32.const 4
;;           i32.add
;;           local.set 0
;;           local.get 1
;;           i32.const 1
;;           i32.sub
;;           local.set 1
;;           br 0 (;@2;)
;;         end
;;       end
;;     )
;;     (func $"copy list 0 3 2" (;18;) (type 0) (param i32 i32) (result i32)
;;       (local i32 i32)
;;       local.get 1
;;       i32.const 4
;;       i32.mul
;;       local.set 2
;;       local.get 2
;;       i32.const 4
;;       i32.const 0
;;       i32.const 0
;;       call $"reallocate 2 list"
;;       local.set 3
;;       local.get 3
;;       local.get 0
;;       local.get 1
;;       call $"copy elements 0 3 2"
;;       local.get 3
;;     )
;;     (func $"reallocate 2 list" (;19;) (type 7) (param i32 i32 i32 i32) (result i32)
;;       (local i32)
;;       local.get 2
;;       local.get 3
;;       local.get 1
;;       local.get 0
;;       call 9
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
;;         call 10
;;         unreachable
;;       end
;;       local.get 4
;;     )
;;     (func $"copy elements 0 3 2" (;20;) (type 6) (param i32 i32 i32)
;;       block ;; label = @1
;;         loop ;; label = @2
;;           local.get 2
;;           i32.eqz
;;           br_if 1 (;@1;)
;;           local.get 0
;;           call 11
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
;;           local.set 2
;;           br 0 (;@2;)
;;         end
;;       end
;;     )
;;   )
