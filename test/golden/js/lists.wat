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
;;     addVolume,
;;     asObject,
;;     beginVolume,
;;     cannotEnter,
;;     checkList,
;;     checkPointer,
;;     checkRoom,
;;     countText,
;;     extendI32,
;;     f32ToBits,
;;     invalid,
;;     invalidDiscriminant,
;;     listLength,
;;     loadUtf8,
;;     makeList,
;;     toFlag,
;;     toFlags,
;;     viewString,
;;   } = library;
;;
;;   function allocate$32(cx, size, alignment, what) {
;;     const ptr = cx.realloc(0, 0, alignment, size) >>> 0;
;;     checkRoom(cx, ptr, size, alignment, what);
;;     return ptr;
;;   }
;;
;;   function storeElements$record1(memory, list, ptr, length) {
;;     const f64 = memory.f64;
;;     let long = ptr >>> 3;
;;     for (let i = 0; i < length; i++) {
;;       const record = list[i];
;;       const x = record.x;
;;       const y = record.y;
;;       if (typeof x !== "number" || typeof y !== "number") invalid();
;;       f64[long] = x;
;;       f64[long + 1] = y;
;;       long = long + 2;
;;     }
;;   }
;;
;;   function loadElements$tuple9(labels2, cx, memory, ptr, length) {
;;     addVolume(length * 104);
;;     const list = makeList(length);
;;     const u8 = memory.u8;
;;     const u32 = memory.u32;
;;     let word = ptr >>> 2;
;;     for (let i = 0; i < length; i++) {
;;       const at = word * 4;
;;       const label = labels2[u8[at]];
;;       if (label === undefined) invalidDiscriminant();
;;       list[i] = [label, countText(loadUtf8(cx, u32[word + 1], u32[word + 2]))];
;;       word = word + 3;
;;     }
;;     return list;
;;   }
;;
;;   function loadElements$tuple9$2(labels2, cx, memory, ptr, length) {
;;     addVolume(length * 104);
;;     const list = makeList(length);
;;     const u8 = memory.u8;
;;     const u32 = memory.u32;
;;     let word = ptr >>> 2;
;;     for (let i = 0; i < length; i++) {
;;       const at = word * 4;
;;       const label = labels2[u8[at]];
;;       if (label === undefined) invalidDiscriminant();
;;       list[i] = [label, viewString(cx, "utf8", u32[word + 1], u32[word + 2])];
;;       word = word + 3;
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
;;     const labels2 = ["red", "dark-green"];
;;     return function f(points, modes, number) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       try {
;;         const length = listLength(points, 16777215);
;;         const ptr = allocate$32(cx, length * 16, 8, "list");
;;         storeElements$record1(memory, points, ptr, length);
;;         const flags = asObject(modes);
;;         let tag = 0;
;;         let payload = 0n;
;;         switch (number.tag) {
;;           case "small": {
;;             const val = number.val;
;;             if (typeof val !== "number") invalid();
;;             payload = extendI32(f32ToBits(val));
;;             break;
;;           }
;;           case "large": {
;;             tag = 1;
;;             const val2 = number.val;
;;             if (val2 !== BigInt.asUintN(64, val2)) invalid();
;;             payload = val2;
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
;;         const core = callee(ptr, length, toFlags(toFlag(flags.read) | (toFlag(flags.writeAll) << 1), flags), tag, payload);
;;         beginVolume();
;;         const ptr2 = checkPointer(cx, core >>> 0, 8, 4);
;;         const u32 = memory.u32;
;;         const word = ptr2 >>> 2;
;;         const length2 = u32[word + 1];
;;         const result = loadElements$tuple9(labels2, cx, memory, checkList(cx, u32[word], length2, 12, 4), length2);
;;         entering0.flags = 0;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         return failed(error, undefined, points, modes, number);
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
;;     const labels2 = ["red", "dark-green"];
;;     return function f(reader, points, modes, number) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       let result;
;;       let thrown = false;
;;       try {
;;         const length = listLength(points, 16777215);
;;         const ptr = allocate$32(cx, length * 16, 8, "list");
;;         storeElements$record1(memory, points, ptr, length);
;;         const flags = asObject(modes);
;;         let tag = 0;
;;         let payload = 0n;
;;         switch (number.tag) {
;;           case "small": {
;;             const val = number.val;
;;             if (typeof val !== "number") invalid();
;;             payload = extendI32(f32ToBits(val));
;;             break;
;;           }
;;           case "large": {
;;             tag = 1;
;;             const val2 = number.val;
;;             if (val2 !== BigInt.asUintN(64, val2)) invalid();
;;             payload = val2;
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
;;         const core = callee(ptr, length, toFlags(toFlag(flags.read) | (toFlag(flags.writeAll) << 1), flags), tag, payload);
;;         beginVolume();
;;         const ptr2 = checkPointer(cx, core >>> 0, 8, 4);
;;         const u32 = memory.u32;
;;         const word = ptr2 >>> 2;
;;         const length2 = u32[word + 1];
;;         result = loadElements$tuple9$2(labels2, cx, memory, checkList(cx, u32[word], length2, 12, 4), length2);
;;         try {
;;           result = reader(result);
;;         } catch (readerError) {
;;           result = readerError;
;;           thrown = true;
;;         }
;;         entering0.flags = 0;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         return failed(error, undefined, points, modes, number);
;;       }
;;       if (thrown) throw result;
;;       return result;
;;     };
;;   }
;;
;;   return { lift$f, read$f };
