import { describe, it } from "node:test";
import { accepts, rejects } from "./component.ts";

const record = `(type $R (record (field "x" u32)))`;
const core = `(core module $M (func (export "f") (result i32) unreachable)) (core instance $m (instantiate $M))`;
const lift = `(canon lift (core func $m "f"))`;

describe("types in imports", () => {
  const accepted = [
    `${record} (import "r" (type $r (eq $R))) (import "f" (func (param "x" $r)))`,
    `${record} (import "r" (type $r (eq $R))) (import "s" (type $s (eq $r))) (import "f" (func (param "x" $s)))`,
    `(import "f" (func (param "x" (tuple u8 (list (option (result string (error char))))))))`,
    `(type $I (instance (type $R (enum "a")) (export "r" (type $r (eq $R))) (export "f" (func (result $r)))))
     (import "i" (instance (type $I))) (import "j" (instance (type $I)))`,
    `(import "i" (instance $i (export "r" (type (sub resource)))))
     (alias export $i "r" (type $r)) (import "f" (func (param "x" (borrow $r))))`,
    `(import "i" (instance $i (export "r" (type $r (sub resource))) (export "f" (func (result (own $r))))))
     (alias export $i "r" (type $r)) (import "j" (instance (export "f" (func (result (own $r))))))`,
    `(type $I (instance (export "r" (type $r (sub resource))) (export "f" (func (result (own $r))))))
     (import "i" (type (eq $I)))`,
  ];
  for (const text of accepted) it(`are visible in ${text}`, () => accepts(text));

  const rejected: readonly (readonly [text: string, noun: string])[] = [
    [`${record} (import "f" (func (param "x" $R)))`, "func"],
    [`${record} (import "f" (func (result (list (tuple $R)))))`, "func"],
    [`${record} (import "i" (instance (export "f" (func (param "x" $R)))))`, "instance"],
    [`${record} (type (component (type $E (enum "a")) (import "f" (func (result $E)))))`, "func"],
    [
      `(type $I (instance (type $R (enum "a")) (export "f" (func (result $R))) (export "r" (type (eq $R)))))
       (import "i" (instance (type $I)))`,
      "instance",
    ],
    [`${record} (export "r" (type $R)) (import "f" (func (param "x" $R)))`, "func"],
    [`${record} (export $r "r" (type $R)) (import "f" (func (param "x" $r)))`, "func"],
    [`(type $V (variant (case "a"))) (type $S (tuple u8 $V)) (import "s" (type (eq $S)))`, "type"],
  ];
  for (const [text, noun] of rejected) {
    it(`are not in ${text}`, () => rejects(text, `${noun} not valid to be used as import`, "visibility"));
  }
});

describe("resources that a component type exports", () => {
  const exported = `(export "r" (type $r (sub resource)))`;
  for (const way of [
    `(import "s" (type (eq $r)))`,
    `(import "i" (instance (alias outer 1 0 (type $s)) (export "s" (type (eq $s)))))`,
    `(import "c" (component (alias outer 1 0 (type $s)) (export "s" (type (eq $s)))))`,
  ]) {
    it(`are not imported by ${way}`, () =>
      rejects(`(type (component ${exported} ${way}))`, "local resource type found in imports", "resource"));
  }
  it("are no concern of imports of other resources", () =>
    accepts(`
      (type $R (resource (rep i32)))
      (type (component
        ${exported}
        (import "q" (type $q (sub resource))) (import "p" (type (eq $q)))
        (import "o" (instance (alias outer 2 0 (type $R')) (export "o" (type (eq $R')))))))`));
});

describe("types in exports", () => {
  const accepted = [
    `${core} ${record} (export $r "r" (type $R)) (func $f (result $r) ${lift}) (export "f" (func $f))`,
    `${core} ${record} (import "r" (type $r (eq $R))) (func $f (result $r) ${lift}) (export "f" (func $f))`,
    `${core} ${record} (export $r "r" (type $R)) (func $f (result $R) ${lift})
     (export "f" (func $f) (func (result $r)))`,
    `${core} (type $R (resource (rep i32))) (export $r "r" (type $R)) (func $f (result (own $r)) ${lift})
     (instance $i (export "f" (func $f))) (export "i" (instance $i))`,
    `${core} ${record} (func $f (result $R) ${lift})
     (instance $i (export "r" (type $R)) (export "f" (func $f))) (export "i" (instance $i))`,
    `(component $C (type $R (record (field "x" u8))) (export "r" (type $R)))
     (instance $c (instantiate $C)) (export $d "c" (instance $c)) (alias export $d "r" (type $r))
     (type $L (list $r)) (export "l" (type $L))`,
  ];
  for (const text of accepted) it(`are visible in ${text}`, () => accepts(text));

  const rejected: readonly (readonly [text: string, noun: string])[] = [
    [`${core} ${record} (func $f (result $R) ${lift}) (export "f" (func $f))`, "func"],
    [`${core} ${record} (export "r" (type $R)) (func $f (result $R) ${lift}) (export "f" (func $f))`, "func"],
    [
      `${core} (type $R (resource (rep i32))) (func $f (result (own $R)) ${lift})
       (instance $i (export "f" (func $f)) (export "r" (type $R))) (export "i" (instance $i))`,
      "instance",
    ],
    [
      `(component $C (type $R (record (field "x" u8))) (export "r" (type $R)))
       (instance $c (instantiate $C)) (alias export $c "r" (type $r))
       (type $L (list $r)) (export "l" (type $L))`,
      "type",
    ],
  ];
  for (const [text, noun] of rejected) {
    it(`are not in ${text}`, () => rejects(text, `${noun} not valid to be used as export`, "visibility"));
  }
});

describe("names that instantiation brings along", () => {
  const child = `
    (component $C
      (type $R (record (field "x" u32)))
      (import "r" (type $r (eq $R)))
      (type $S (record (field "r" $r)))
      (export "s" (type $S)))`;
  it("are those of the arguments", () =>
    accepts(`
      ${record} (import "r" (type $r (eq $R))) ${child}
      (instance $c (instantiate $C (with "r" (type $r))))
      (export "s" (type $c "s"))`));
  it("are none where the arguments have none", () =>
    rejects(
      `${record} ${child} (instance $c (instantiate $C (with "r" (type $R)))) (export "s" (type $c "s"))`,
      "type not valid to be used as export",
    ));
  it("reach into instances", () =>
    accepts(`
      (import "i" (instance $i (type $E (enum "a")) (export "e" (type (eq $E)))))
      (component $C
        (import "i" (instance $i (type $E (enum "a")) (export "e" (type (eq $E)))))
        (alias export $i "e" (type $e))
        (type $L (record (field "e" $e)))
        (export "l" (type $L)))
      (instance $c (instantiate $C (with "i" (instance $i))))
      (export "l" (type $c "l"))`));
  it("are each argument's own, though one import is of the type of another", () =>
    accepts(`
      (component $I
        (type $V (variant (case "a"))) (export $v "v" (type $V))
        (type $T (tuple $v)) (export "t" (type $T)))
      (instance $i (instantiate $I)) (export $j "i" (instance $i))
      (type $V (variant (case "a"))) (type $T (tuple $V))
      (component $C
        (type $V (variant (case "a")))
        (import "v" (type $v (eq $V)))
        (type $T (tuple $v))
        (import "t" (type $t (eq $T)))
        (import "u" (type (eq $t)))
        (export "t" (type $t)))
      (instance $c (instantiate $C (with "v" (type $j "v")) (with "t" (type $j "t")) (with "u" (type $T))))
      (export "c" (instance $c))`));
});
