;;! show = ["js"]
;; Loops of lists are helpers, one for each type of elements; the view of a list of plain numbers is fetched once. Enums
;; and flags, and cases that share core values.
(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "f") (param i32 i32 i32 i32 i64) (result i32) unreachable))
  (core instance $i (instantiate $m))
  (type $point' (record (field "x" f64) (field "y" f64)))
  (export $point "point" (type $point'))
  (type $color' (enum "red" "dark-green"))
  (export $color "color" (type $color'))
  (type $modes' (flags "read" "write-all"))
  (export $modes "modes" (type $modes'))
  (type $number' (variant (case "small" f32) (case "large" u64) (case "none")))
  (export $number "number" (type $number'))
  (func (export "f") (param "points" (list $point)) (param "modes" $modes) (param "number" $number)
    (result (list (tuple $color string)))
    (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
;;= js
;;   "use strict";
;;
;;   const {
;;     allocateList,
;;     asObject,
;;     cannotEnter,
;;     checkList,
;;     checkPointer,
;;     extendI32,
;;     f32ToBits,
;;     invalid,
;;     invalidDiscriminant,
;;     listLength,
;;     loadUtf8,
;;     makeList,
;;     mayNotLeave,
;;     toF32,
;;     toF64,
;;     toFlag,
;;     toU64,
;;     viewString,
;;   } = library;
;;
;;   function storeElements$record1(memory, list, ptr, length) {
;;     const f64 = memory.f64;
;;     let at = ptr;
;;     for (let i = 0; i < length; i++) {
;;       const record = asObject(list[i]);
;;       f64[at >>> 3] = toF64(record.x);
;;       f64[(at + 8) >>> 3] = toF64(record.y);
;;       at = at + 16;
;;     }
;;   }
;;
;;   function label$enum2(i) {
;;     switch (i) {
;;       case 0: return "red";
;;       case 1: return "dark-green";
;;       default: return invalidDiscriminant();
;;     }
;;   }
;;
;;   function loadElements$tuple9(cx, memory, ptr, length) {
;;     const list = makeList(length);
;;     const u8 = memory.u8;
;;     const u32 = memory.u32;
;;     let at = ptr;
;;     for (let i = 0; i < length; i++) {
;;       list[i] = [label$enum2(u8[at]), loadUtf8(cx, u32[(at + 4) >>> 2], u32[(at + 8) >>> 2])];
;;       at = at + 12;
;;     }
;;     return list;
;;   }
;;
;;   function label$enum2$2(i) {
;;     switch (i) {
;;       case 0: return "red";
;;       case 1: return "dark-green";
;;       default: return invalidDiscriminant();
;;     }
;;   }
;;
;;   function loadElements$tuple9$2(cx, memory, ptr, length) {
;;     const list = makeList(length);
;;     const u8 = memory.u8;
;;     const u32 = memory.u32;
;;     let at = ptr;
;;     for (let i = 0; i < length; i++) {
;;       list[i] = [label$enum2$2(u8[at]), viewString(cx, "utf8", u32[(at + 4) >>> 2], u32[(at + 8) >>> 2])];
;;       at = at + 12;
;;     }
;;     return list;
;;   }
;;
;;   function lift$f(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function f(points, modes, number) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       try {
;;         const length = listLength(points);
;;         const ptr = allocateList(cx, length, 16, 8);
;;         storeElements$record1(memory, points, ptr, length);
;;         const flags = asObject(modes);
;;         let tag = 0;
;;         let payload = 0n;
;;         const variant = asObject(number);
;;         switch (variant.tag) {
;;           case "small": {
;;             payload = extendI32(f32ToBits(toF32(variant.val)));
;;             break;
;;           }
;;           case "large": {
;;             tag = 1;
;;             payload = toU64(variant.val);
;;             break;
;;           }
;;           case "none": {
;;             tag = 2;
;;             break;
;;           }
;;           default: {
;;             invalid();
;;             break;
;;           }
;;         }
;;         const core = callee(ptr, length, toFlag(flags.read) | (toFlag(flags.writeAll) << 1), tag, payload);
;;         const ptr2 = checkPointer(cx, core >>> 0, 8, 4);
;;         const length2 = memory.u32[(ptr2 + 4) >>> 2];
;;         const result = loadElements$tuple9(cx, memory, checkList(cx, memory.u32[ptr2 >>> 2], length2, 12, 4), length2);
;;         entering0.flags &= 4;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         mayNotLeave[0] = 0;
;;         return failed(error, [points, modes, number], undefined);
;;       }
;;     };
;;   }
;;
;;   function read$f(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     const cx = binding.cx;
;;     const memory = cx.memory;
;;     return function f(reader, points, modes, number) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       let result;
;;       let thrown = false;
;;       try {
;;         const length = listLength(points);
;;         const ptr = allocateList(cx, length, 16, 8);
;;         storeElements$record1(memory, points, ptr, length);
;;         const flags = asObject(modes);
;;         let tag = 0;
;;         let payload = 0n;
;;         const variant = asObject(number);
;;         switch (variant.tag) {
;;           case "small": {
;;             payload = extendI32(f32ToBits(toF32(variant.val)));
;;             break;
;;           }
;;           case "large": {
;;             tag = 1;
;;             payload = toU64(variant.val);
;;             break;
;;           }
;;           case "none": {
;;             tag = 2;
;;             break;
;;           }
;;           default: {
;;             invalid();
;;             break;
;;           }
;;         }
;;         const core = callee(ptr, length, toFlag(flags.read) | (toFlag(flags.writeAll) << 1), tag, payload);
;;         const ptr2 = checkPointer(cx, core >>> 0, 8, 4);
;;         const length2 = memory.u32[(ptr2 + 4) >>> 2];
;;         result = loadElements$tuple9$2(cx, memory, checkList(cx, memory.u32[ptr2 >>> 2], length2, 12, 4), length2);
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
;;         return failed(error, [points, modes, number], undefined);
;;       }
;;       if (thrown) throw result;
;;       return result;
;;     };
;;   }
;;
;;   return { lift$f, read$f };
