;;! show = ["js"]
;; A lifted function: parameters in order, the call, the result, post-return, the flags around it all. The code for a
;; scalar function has neither memory nor context.
(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "add") (param i32 i32) (result i32) unreachable)
    (func (export "rename") (param i32 i32 i32 i32 i32) (result i32) unreachable)
    (func (export "free") (param i32)))
  (core instance $i (instantiate $m))
  (type $person' (record (field "full-name" string) (field "age" u32)))
  (export $person "person" (type $person'))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32)
    (canon lift (core func $i "add")))
  (func (export "rename") (param "p" $person) (param "name" string) (result $person)
    (canon lift (core func $i "rename") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
      (post-return (core func $i "free")))))
;;= js
;;   "use strict";
;;
;;   const { asObject, cannotEnter, checkPointer, loadUtf8, mayNotLeave, storeUtf8, toU32, viewString } = library;
;;
;;   function lift$add(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     return function add(a, b) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       try {
;;         const core = callee(toU32(a), toU32(b));
;;         const result = core >>> 0;
;;         entering0.flags &= 4;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, [a, b], undefined);
;;       }
;;     };
;;   }
;;
;;   function read$add(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     return function add(reader, a, b) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       let result;
;;       let thrown = false;
;;       try {
;;         const core = callee(toU32(a), toU32(b));
;;         result = core >>> 0;
;;         try {
;;           result = reader(result);
;;         } catch (readerError) {
;;           result = readerError;
;;           thrown = true;
;;         }
;;         entering0.flags &= 4;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, [a, b], undefined);
;;       }
;;       if (thrown) throw result;
;;       return result;
;;     };
;;   }
;;
;;   function lift$rename(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     const postReturn = binding.postReturn;
;;     return function rename(p, name) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       try {
;;         const record = asObject(p);
;;         const ptr = storeUtf8(cx, record.fullName);
;;         const length = cx.length;
;;         const ptr2 = storeUtf8(cx, name);
;;         const length2 = cx.length;
;;         const core = callee(ptr, length, toU32(record.age), ptr2, length2);
;;         const ptr3 = checkPointer(cx, core >>> 0, 12, 4);
;;         const result = {
;;           fullName: loadUtf8(cx, memory.u32[ptr3 >>> 2], memory.u32[(ptr3 + 4) >>> 2]),
;;           age: memory.u32[(ptr3 + 8) >>> 2],
;;         };
;;         mayNotLeave[0] = 1;
;;         postReturn(core);
;;         mayNotLeave[0] = 0;
;;         entering0.flags &= 4;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, [p, name], undefined);
;;       }
;;     };
;;   }
;;
;;   function read$rename(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     const postReturn = binding.postReturn;
;;     return function rename(reader, p, name) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       let result;
;;       let thrown = false;
;;       try {
;;         const record = asObject(p);
;;         const ptr = storeUtf8(cx, record.fullName);
;;         const length = cx.length;
;;         const ptr2 = storeUtf8(cx, name);
;;         const length2 = cx.length;
;;         const core = callee(ptr, length, toU32(record.age), ptr2, length2);
;;         const ptr3 = checkPointer(cx, core >>> 0, 12, 4);
;;         result = {
;;           fullName: viewString(cx, "utf8", memory.u32[ptr3 >>> 2], memory.u32[(ptr3 + 4) >>> 2]),
;;           age: memory.u32[(ptr3 + 8) >>> 2],
;;         };
;;         try {
;;           result = reader(result);
;;         } catch (readerError) {
;;           result = readerError;
;;           thrown = true;
;;         }
;;         mayNotLeave[0] = 1;
;;         postReturn(core);
;;         mayNotLeave[0] = 0;
;;         entering0.flags &= 4;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, [p, name], undefined);
;;       }
;;       if (thrown) throw result;
;;       return result;
;;     };
;;   }
;;
;;   return { lift$add, read$add, lift$rename, read$rename };
