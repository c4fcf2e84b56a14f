;;! show = ["js"]
;; Lowered host functions: one returns its `result` or throws it, and may not be called from the guest's realloc; the
;; other borrows a resource for the time of its call.
(component
  (import "r" (type $r (sub resource)))
  (import "look" (func $look (param "path" string) (result (result u64 (error string)))))
  (import "use" (func $use (param "it" (borrow $r)) (param "more" (option (list u8)))))
  (core module $libc
    (memory (export "memory") 1)
    ;; Others could put into it what `realloc` calls.
    (table (export "table") 1 funcref)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $libc (instantiate $libc))
  (core func $look' (canon lower (func $look) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $use' (canon lower (func $use) (memory (core memory $libc "memory"))))
  (core module $m
    (import "" "look" (func (param i32 i32 i32)))
    (import "" "use" (func (param i32 i32 i32 i32))))
  (core instance (instantiate $m (with "" (instance (export "look" (func $look')) (export "use" (func $use')))))))
;;= js
;;   "use strict";
;;
;;   const {
;;     cannotLeave,
;;     checkList,
;;     checkNothing,
;;     checkPointer,
;;     checkRoom,
;;     errorPayload,
;;     invalid,
;;     invalidDiscriminant,
;;     lendToHost,
;;     loadUtf8,
;;     mayNotLeave,
;;     measureUtf8,
;;     notReturned,
;;     writeUtf8,
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
;;   function lower$look(binding) {
;;     const host = binding.host;
;;     const failed = binding.failed;
;;     const path = binding.path;
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function look(path0, path1, out) {
;;       if (mayNotLeave[0] !== 0) cannotLeave(path);
;;       let result = notReturned;
;;       let isErr = false;
;;       try {
;;         const path2 = loadUtf8(cx, path0 >>> 0, path1 >>> 0);
;;         try {
;;           result = host(path2);
;;         } catch (thrown) {
;;           result = errorPayload(thrown);
;;           isErr = true;
;;         }
;;         const ptr = checkPointer(cx, out >>> 0, 16, 8);
;;         const word = ptr >>> 2;
;;         const long = ptr >>> 3;
;;         if (isErr) {
;;           memory.u8[ptr] = 1;
;;           const length = measureUtf8(result);
;;           const ptr2 = allocate$32(cx, length, 1, "string");
;;           writeUtf8(memory, ptr2, result, length);
;;           memory.u32[word + 2] = ptr2;
;;           memory.u32[word + 3] = length;
;;         } else {
;;           memory.u8[ptr] = 0;
;;           if (result !== BigInt.asUintN(64, result)) invalid();
;;           memory.u64[long + 1] = result;
;;         }
;;       } catch (error) {
;;         return failed(error, undefined, result, isErr);
;;       }
;;     };
;;   }
;;
;;   function lower$use(binding) {
;;     const host = binding.host;
;;     const failed = binding.failed;
;;     const path = binding.path;
;;     const cx = binding.cx;
;;     const resource0 = binding.resources[0];
;;     const memory = cx.memory;
;;     const views = binding.views;
;;     return function use(it, more0, more1, more2) {
;;       if (mayNotLeave[0] !== 0) cannotLeave(path);
;;       let loan;
;;       try {
;;         loan = lendToHost(cx, it, resource0);
;;         const borrow = loan.rep;
;;         let option;
;;         switch (more0) {
;;           case 0: {
;;             option = undefined;
;;             break;
;;           }
;;           case 1: {
;;             const length = more2 >>> 0;
;;             const list = checkList(cx, more1 >>> 0, length, 1, 1);
;;             let numbers;
;;             if (views) {
;;               numbers = memory.u8.subarray(list, list + length);
;;             } else {
;;               numbers = memory.u8.slice(list, list + length);
;;             }
;;             option = numbers;
;;             break;
;;           }
;;           default: {
;;             invalidDiscriminant();
;;             break;
;;           }
;;         }
;;         const returned = host(borrow, option);
;;         if (returned !== undefined) checkNothing(returned, path);
;;         loan.release();
;;       } catch (error) {
;;         return failed(error, loan, notReturned, undefined);
;;       }
;;     };
;;   }
;;
;;   return { lower$look, lower$use };
