;;! show = ["js"]
;; Nothing of the host's is called by this component: nobody could ask whether it is entered, nor drop what is lent to it, so
;; neither is noted. But a record may have getters, which run after it is entered.
(component
  (core module $m
    (func (export "value") (param i32) (result i32) unreachable)
    (func (export "length") (param f64 f64) (result f64) unreachable))
  (core instance $i (instantiate $m))
  (type $counter (resource (rep i32)))
  (func $value (param "self" (borrow $counter)) (result u32) (canon lift (core func $i "value")))
  (component $interface
    (import "counter" (type $counter (sub resource)))
    (import "value" (func $value (param "self" (borrow $counter)) (result u32)))
    (export $exported "counter" (type $counter))
    (export "[method]counter.value" (func $value) (func (param "self" (borrow $exported)) (result u32))))
  (instance $counters (instantiate $interface (with "counter" (type $counter)) (with "value" (func $value))))
  (export "counters" (instance $counters))
  (type $point' (record (field "x" f64) (field "y" f64)))
  (export $point "point" (type $point'))
  (func (export "length") (param "p" $point) (result f64) (canon lift (core func $i "length"))))
;;= js
;;   "use strict";
;;
;;   const { cannotEnter, endLoanValue, invalid, lendValue } = library;
;;
;;   function lift$counterValue(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     const resource0 = binding.resources[0];
;;     return function counterValue(self) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       let loan;
;;       try {
;;         loan = lendValue(self, resource0, false);
;;         const core = callee(loan);
;;         const result = core >>> 0;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         return failed(error, undefined, self);
;;       }
;;     };
;;   }
;;
;;   function read$counterValue(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     const resource0 = binding.resources[0];
;;     return function counterValue(reader, self) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       let loan;
;;       let result;
;;       let thrown = false;
;;       try {
;;         loan = lendValue(self, resource0, true);
;;         const core = callee(loan);
;;         result = core >>> 0;
;;         endLoanValue(self, resource0);
;;         try {
;;           result = reader(result);
;;         } catch (readerError) {
;;           result = readerError;
;;           thrown = true;
;;         }
;;         entering0.flags = 0;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         if (loan !== undefined) endLoanValue(self, resource0);
;;         return failed(error, undefined, self);
;;       }
;;       if (thrown) throw result;
;;       return result;
;;     };
;;   }
;;
;;   function lift$length(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     return function length(p) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       try {
;;         const x = p.x;
;;         const y = p.y;
;;         if (typeof x !== "number" || typeof y !== "number") invalid();
;;         const core = callee(x, y);
;;         const result = core;
;;         entering0.flags = 0;
;;         return result;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         return failed(error, undefined, p);
;;       }
;;     };
;;   }
;;
;;   function read$length(binding) {
;;     const entering0 = binding.entering[0];
;;     const failed = binding.failed;
;;     const callee = binding.callee;
;;     const path = binding.path;
;;     return function length(reader, p) {
;;       if (entering0.flags !== 0) cannotEnter(entering0, path);
;;       entering0.flags = 1;
;;       let result;
;;       let thrown = false;
;;       try {
;;         const x = p.x;
;;         const y = p.y;
;;         if (typeof x !== "number" || typeof y !== "number") invalid();
;;         const core = callee(x, y);
;;         result = core;
;;         try {
;;           result = reader(result);
;;         } catch (readerError) {
;;           result = readerError;
;;           thrown = true;
;;         }
;;         entering0.flags = 0;
;;       } catch (error) {
;;         entering0.flags = 4;
;;         return failed(error, undefined, p);
;;       }
;;       if (thrown) throw result;
;;       return result;
;;     };
;;   }
;;
;;   return { lift$counterValue, read$counterValue, lift$length, read$length };
