;;! show = ["js"]
;; A lifted function: parameters in order, the call, the result, post-return, the flags around it all. The code for a
;; scalar function has neither memory nor context.
(component
  (import "host" (func))
  (core module $m
    (memory (export "memory") 1)
    ;; Others could put into it what `realloc` and `free` call.
    (table (export "table") 1 funcref)
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
;;   const {
;;     cannotEnter,
;;     checkPointer,
;;     checkRoom,
;;     invalid,
;;     loadUtf8,
;;     mayNotLeave,
;;     measureUtf8,
;;     viewString,
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
;;   function lift$add(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     return function add(a, b) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       try {
;;         if (a !== a >>> 0 || b !== b >>> 0) invalid();
;;         const core = callee(a | 0, b | 0);
;;         const result = core >>> 0;
;;         entering0.flags = 0;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, undefined, a, b);
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
;;         if (a !== a >>> 0 || b !== b >>> 0) invalid();
;;         const core = callee(a | 0, b | 0);
;;         result = core >>> 0;
;;         try {
;;           result = reader(result);
;;         } catch (readerError) {
;;           result = readerError;
;;           thrown = true;
;;         }
;;         entering0.flags = 0;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, undefined, a, b);
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
;;         const string = p.fullName;
;;         const length = measureUtf8(string);
;;         const ptr = allocate$32(cx, length, 1, "string");
;;         writeUtf8(memory, ptr, string, length);
;;         const age = p.age;
;;         if (age !== age >>> 0) invalid();
;;         const length2 = measureUtf8(name);
;;         const ptr2 = allocate$32(cx, length2, 1, "string");
;;         writeUtf8(memory, ptr2, name, length2);
;;         const core = callee(ptr, length, age | 0, ptr2, length2);
;;         const ptr3 = checkPointer(cx, core >>> 0, 12, 4);
;;         const u32 = memory.u32;
;;         const word = ptr3 >>> 2;
;;         const result = { fullName: loadUtf8(cx, u32[word], u32[word + 1]), age: u32[word + 2] };
;;         mayNotLeave[0] = 1;
;;         postReturn(core);
;;         mayNotLeave[0] = 0;
;;         entering0.flags = 0;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, undefined, p, name);
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
;;         const string = p.fullName;
;;         const length = measureUtf8(string);
;;         const ptr = allocate$32(cx, length, 1, "string");
;;         writeUtf8(memory, ptr, string, length);
;;         const age = p.age;
;;         if (age !== age >>> 0) invalid();
;;         const length2 = measureUtf8(name);
;;         const ptr2 = allocate$32(cx, length2, 1, "string");
;;         writeUtf8(memory, ptr2, name, length2);
;;         const core = callee(ptr, length, age | 0, ptr2, length2);
;;         const ptr3 = checkPointer(cx, core >>> 0, 12, 4);
;;         const u32 = memory.u32;
;;         const word = ptr3 >>> 2;
;;         result = { fullName: viewString(cx, "utf8", u32[word], u32[word + 1]), age: u32[word + 2] };
;;         try {
;;           result = reader(result);
;;         } catch (readerError) {
;;           result = readerError;
;;           thrown = true;
;;         }
;;         mayNotLeave[0] = 1;
;;         postReturn(core);
;;         mayNotLeave[0] = 0;
;;         entering0.flags = 0;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, undefined, p, name);
;;       }
;;       if (thrown) throw result;
;;       return result;
;;     };
;;   }
;;
;;   return { lift$add, read$add, lift$rename, read$rename };
