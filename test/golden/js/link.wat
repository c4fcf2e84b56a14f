;;! show = ["js"]
;; One component's function lowered into another: both sides in one function, the parameter lifted before it is lowered,
;; the bytes of the list copied once, the string stored as its encoding on the other side demands.
(component
  (component $A
    (core module $m
      (memory (export "memory") 1)
      ;; Others could put into it what `realloc` and `free` call.
      (table (export "table") 1 funcref)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param i32 i32 i32) (result i32) unreachable)
      (func (export "free") (param i32)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "bytes" (list u8)) (param "c" char) (result string)
      (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
        (post-return (core func $i "free")) string-encoding=utf16)))
  (component $B
    (import "f" (func $f (param "bytes" (list u8)) (param "c" char) (result string)))
    (core module $libc
      (memory (export "memory") 1)
      (table (export "table") 1 funcref)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $libc (instantiate $libc))
    (core func $f' (canon lower (func $f) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $m (import "" "f" (func (param i32 i32 i32 i32))))
    (core instance (instantiate $m (with "" (instance (export "f" (func $f')))))))
  (instance $a (instantiate $A))
  (instance (instantiate $B (with "f" (func $a "f")))))
;;= js
;;   "use strict";
;;
;;   const {
;;     cannotEnterFromGuest,
;;     cannotLeave,
;;     checkChar,
;;     checkList,
;;     checkPointer,
;;     checkRoom,
;;     liftString,
;;     mayNotLeave,
;;     notReturned,
;;     numbersLength,
;;     numbersU8,
;;     putNumbers,
;;     storeLiftedString,
;;   } = library;
;;
;;   function allocate$32(cx, size, alignment, what) {
;;     mayNotLeave[0] = 1;
;;     const ptr = cx.realloc(0, 0, alignment, size) >>> 0;
;;     mayNotLeave[0] = 0;
;;     checkRoom(cx, ptr, size, alignment, what);
;;     return ptr;
;;   }
;;
;;   function link$f(binding) {
;;     const failed = binding.failed;
;;     const callee = binding.lift.callee;
;;     const entering0 = binding.lift.entering[0];
;;     const path = binding.path;
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     const calleeCx = binding.lift.cx;
;;     const calleeMemory = calleeCx.memory;
;;     const postReturn = binding.lift.postReturn;
;;     return function f(bytes0, bytes1, c, out) {
;;       if (mayNotLeave[0] !== 0) cannotLeave(path);
;;       if (entering0.flags !== 0) cannotEnterFromGuest();
;;       entering0.flags = 1;
;;       try {
;;         const length = bytes1 >>> 0;
;;         const list = checkList(cx, bytes0 >>> 0, length, 1, 1);
;;         const value = checkChar(c);
;;         const list2 = memory.u8.subarray(list, list + length);
;;         const length2 = numbersLength(numbersU8, list2, 268435455);
;;         const ptr = allocate$32(calleeCx, length2, 1, "list");
;;         putNumbers(numbersU8, calleeMemory, ptr, list2, length2);
;;         const core = callee(ptr, length2, value);
;;         const ptr2 = checkPointer(calleeCx, core >>> 0, 8, 4);
;;         const u32 = calleeMemory.u32;
;;         const word = ptr2 >>> 2;
;;         const string = liftString(calleeCx, "utf16", u32[word], u32[word + 1]);
;;         const ptr3 = checkPointer(cx, out >>> 0, 8, 4);
;;         const word2 = ptr3 >>> 2;
;;         const ptr4 = storeLiftedString(cx, "utf8", string);
;;         const length3 = cx.length;
;;         memory.u32[word2] = ptr4;
;;         memory.u32[word2 + 1] = length3;
;;         mayNotLeave[0] = 1;
;;         postReturn(core);
;;         mayNotLeave[0] = 0;
;;         entering0.flags = 0;
;;       } catch (error) {
;;         return failed(error, undefined, notReturned);
;;       }
;;     };
;;   }
;;
;;   return { link$f };
