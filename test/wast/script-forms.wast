;; The forms that a script may have.
(component $named binary "\00asm\0d\00\01\00")
(component quote "(core module $m" "(func (export \"f\") (result i32) i32.const 7))"
  "(core instance $i (instantiate $m))"
  "(func (export \"f\") (result u32) (canon lift (core func $i \"f\")))")
(assert_return (invoke "f") (u32.const 7))
(invoke "f")
(component definition)
(component instance)
(component instance $"an id")
(component definition $D binary "\00asm\0d\00\01\00")
(component instance $d $D)
(; a comment (; in a comment ;) ;)
(assert_malformed (component quote "(frobnicate)") "expected valid component field")
(assert_malformed (component binary "\00asm\0e\00\01\00") "unknown binary version")
(assert_invalid (component (alias outer 1 0 (type))) "invalid outer alias count")
