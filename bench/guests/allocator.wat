;; A bump allocator. What a call has allocated is free again as soon as the next one allocates: every exported function
;; calls $reset. So allocation costs next to nothing, and the figures are those of the glue.
(memory (export "memory") 128)
(global $top (mut i32) (i32.const 65536))
(func $reset (global.set $top (i32.const 65536)))
(func (export "realloc") (param $old i32) (param $old-size i32) (param $alignment i32) (param $size i32) (result i32)
  (local $ptr i32)
  ;; The block that was allocated last grows and shrinks where it is.
  (if (i32.and
        (i32.ne (local.get $old) (i32.const 0))
        (i32.eq (i32.add (local.get $old) (local.get $old-size)) (global.get $top)))
    (then (local.set $ptr (local.get $old)))
    (else
      (local.set $ptr
        (i32.and
          (i32.add (global.get $top) (i32.sub (local.get $alignment) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $alignment))))
      (if (local.get $old)
        (then (memory.copy (local.get $ptr) (local.get $old) (local.get $old-size))))))
  (global.set $top (i32.add (local.get $ptr) (local.get $size)))
  (local.get $ptr))
