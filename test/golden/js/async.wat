;;! show = ["js"]
;; How values travel in calls that are tasks: core values come and go in arrays; parameters of an asynchronous lower go
;; through memory from the fifth on, its result always; and the values of a stream are loaded and stored as a list.
(component
  (import "fetch" (func $fetch async (param "url" string) (param "from" u64) (result (result (list u8) (error u32)))))
  (type $s (stream (tuple string u32)))
  (core module $Mem (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $mem (instantiate $Mem))
  (core func $fetch' (canon lower (func $fetch) async
    (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (core func $return (canon task.return (result $s)))
  (core func $read (canon stream.read $s async (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "fetch" (func (param i32 i32 i64 i32) (result i32)))
    (import "" "return" (func (param i32)))
    (import "" "read" (func (param i32 i32 i32) (result i32)))
    (func (export "run") (param i32 i32) (result i32) unreachable)
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable)
    (func (export "sync") (param i32) (result i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance
    (export "fetch" (func $fetch')) (export "return" (func $return)) (export "read" (func $read))))))
  (func (export "run") async (param "name" string) (result $s)
    (canon lift (core func $m "run") async (callback (core func $m "cb"))
      (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (func (export "sync") (param "n" u8) (result u8) (canon lift (core func $m "sync"))))
;;= js
;;   "use strict";
;;
;;   const {
;;     addVolume,
;;     beginVolume,
;;     checkPointer,
;;     checkRoom,
;;     countText,
;;     invalid,
;;     isArray,
;;     liftAsync,
;;     liftAsyncValue,
;;     liftString,
;;     loadUtf8,
;;     makeList,
;;     measureUtf8,
;;     numbersLength,
;;     numbersU8,
;;     putNumbers,
;;     storeLiftedString,
;;     unsigned64,
;;     writeUtf8,
;;   } = library;
;;
;;   function allocate$32(cx, size, alignment, what) {
;;     const ptr = cx.realloc(0, 0, alignment, size) >>> 0;
;;     checkRoom(cx, ptr, size, alignment, what);
;;     return ptr;
;;   }
;;
;;   function loadElements$tuple6(cx, memory, ptr, length) {
;;     addVolume(length * 120);
;;     const list = makeList(length);
;;     const u32 = memory.u32;
;;     let word = ptr >>> 2;
;;     for (let i = 0; i < length; i++) {
;;       list[i] = [countText(loadUtf8(cx, u32[word], u32[word + 1])), u32[word + 2]];
;;       word = word + 3;
;;     }
;;     return list;
;;   }
;;
;;   function storeElements$tuple6(cx, memory, list, ptr, length) {
;;     let word = ptr >>> 2;
;;     for (let i = 0; i < length; i++) {
;;       const tuple = list[i];
;;       if (!isArray(tuple)) invalid();
;;       if (tuple.length !== 2) invalid();
;;       const string = tuple[0];
;;       const length2 = measureUtf8(string);
;;       const ptr2 = allocate$32(cx, length2, 1, "string");
;;       writeUtf8(memory, ptr2, string, length2);
;;       memory.u32[word] = ptr2;
;;       memory.u32[word + 1] = length2;
;;       const u32 = tuple[1];
;;       if (u32 !== u32 >>> 0) invalid();
;;       memory.u32[word + 2] = u32;
;;       word = word + 3;
;;     }
;;   }
;;
;;   function loadElements$tuple6$2(cx, memory, ptr, length) {
;;     addVolume(length * 120);
;;     const list = makeList(length);
;;     const u32 = memory.u32;
;;     let word = ptr >>> 2;
;;     for (let i = 0; i < length; i++) {
;;       const string = liftString(cx, "utf8", u32[word], u32[word + 1]);
;;       list[i] = [countText(string), u32[word + 2]];
;;       word = word + 3;
;;     }
;;     return list;
;;   }
;;
;;   function storeElements$tuple6$2(cx, memory, list, ptr, length) {
;;     let word = ptr >>> 2;
;;     for (let i = 0; i < length; i++) {
;;       const tuple = list[i];
;;       const ptr2 = storeLiftedString(cx, "utf8", tuple[0]);
;;       const length2 = cx.length;
;;       memory.u32[word] = ptr2;
;;       memory.u32[word + 1] = length2;
;;       memory.u32[word + 2] = tuple[1];
;;       word = word + 3;
;;     }
;;   }
;;
;;   function lowerParams$host$run(binding) {
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function run(values, scope) {
;;       const string = values[0];
;;       const length = measureUtf8(string);
;;       const ptr = allocate$32(cx, length, 1, "string");
;;       writeUtf8(memory, ptr, string, length);
;;       return [ptr, length];
;;     };
;;   }
;;
;;   function liftResult$host$run(binding) {
;;     return function run(core) {};
;;   }
;;
;;   function lowerParams$component$run(binding) {
;;     const cx = binding.cx;
;;     return function run(values, scope) {
;;       const ptr = storeLiftedString(cx, "utf8", values[0]);
;;       const length = cx.length;
;;       return [ptr, length];
;;     };
;;   }
;;
;;   function liftResult$component$run(binding) {
;;     return function run(core) {};
;;   }
;;
;;   function lowerParams$host$sync(binding) {
;;     return function sync(values, scope) {
;;       const u8 = values[0];
;;       if (u8 !== (u8 & 255)) invalid();
;;       return [u8];
;;     };
;;   }
;;
;;   function liftResult$host$sync(binding) {
;;     return function sync(core) {
;;       return core & 255;
;;     };
;;   }
;;
;;   function lowerParams$component$sync(binding) {
;;     return function sync(values, scope) {
;;       return [values[0]];
;;     };
;;   }
;;
;;   function liftResult$component$sync(binding) {
;;     return function sync(core) {
;;       return core & 255;
;;     };
;;   }
;;
;;   function liftParams$fetch(binding) {
;;     const cx = binding.cx;
;;     return function fetch(core, scope) {
;;       return [loadUtf8(cx, core[0] >>> 0, core[1] >>> 0), unsigned64(core[2])];
;;     };
;;   }
;;
;;   function lowerResult$fetch(binding) {
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function fetch(value, core) {
;;       const ptr = checkPointer(cx, core[3] >>> 0, 12, 4);
;;       const word = ptr >>> 2;
;;       switch (value.tag) {
;;         case "ok": {
;;           memory.u8[ptr] = 0;
;;           const list = value.val;
;;           const length = numbersLength(numbersU8, list, 268435455);
;;           const ptr2 = allocate$32(cx, length, 1, "list");
;;           putNumbers(numbersU8, memory, ptr2, list, length);
;;           memory.u32[word + 1] = ptr2;
;;           memory.u32[word + 2] = length;
;;           break;
;;         }
;;         case "err": {
;;           memory.u8[ptr] = 1;
;;           const val = value.val;
;;           if (val !== val >>> 0) invalid();
;;           memory.u32[word + 1] = val;
;;           break;
;;         }
;;         default: {
;;           invalid();
;;           break;
;;         }
;;       }
;;     };
;;   }
;;
;;   function taskReturn$host2(binding) {
;;     const cx = binding.cx;
;;     const async7 = binding.asyncTypes[7];
;;     return function host2(core) {
;;       const stream = liftAsyncValue(cx, core[0], async7);
;;       return stream;
;;     };
;;   }
;;
;;   function taskReturn$component(binding) {
;;     const cx = binding.cx;
;;     const async7 = binding.asyncTypes[7];
;;     return function component(core) {
;;       const stream = liftAsync(cx, core[0], async7);
;;       return stream;
;;     };
;;   }
;;
;;   function loadPayload$host$tuple(binding) {
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function tuple(ptr, length) {
;;       beginVolume();
;;       return loadElements$tuple6(cx, memory, ptr, length);
;;     };
;;   }
;;
;;   function storePayload$host$tuple(binding) {
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function tuple(list, ptr, length, scope) {
;;       storeElements$tuple6(cx, memory, list, ptr, length);
;;     };
;;   }
;;
;;   function loadPayload$component$tuple(binding) {
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function tuple(ptr, length) {
;;       beginVolume();
;;       return loadElements$tuple6$2(cx, memory, ptr, length);
;;     };
;;   }
;;
;;   function storePayload$component$tuple(binding) {
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function tuple(list, ptr, length) {
;;       storeElements$tuple6$2(cx, memory, list, ptr, length);
;;     };
;;   }
;;
;;   return {
;;     lowerParams$host$run,
;;     liftResult$host$run,
;;     lowerParams$component$run,
;;     liftResult$component$run,
;;     lowerParams$host$sync,
;;     liftResult$host$sync,
;;     lowerParams$component$sync,
;;     liftResult$component$sync,
;;     liftParams$fetch,
;;     lowerResult$fetch,
;;     taskReturn$host2,
;;     taskReturn$component,
;;     loadPayload$host$tuple,
;;     storePayload$host$tuple,
;;     loadPayload$component$tuple,
;;     storePayload$component$tuple,
;;   };
