import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  compareSemver,
  type InterfaceVersion,
  labelFault,
  type NameOptions,
  parseExternName,
  parseInterfaceName,
  parseSemver,
  type Semver,
  semverCompatible,
  uniquenessKey,
} from "../../../src/types/names.ts";

function semver(text: string): Semver {
  const version = parseSemver(text);
  assert.ok(typeof version !== "string", `${text}: ${version}`);
  return version;
}

/** The version of an interface where versions may be canonical. */
function canonical(version: string): InterfaceVersion | undefined {
  const name = parseInterfaceName(`a:b/c@${version}`, { canonicalVersions: true });
  return typeof name === "string" ? undefined : name.version;
}

describe("labels", () => {
  const good = [
    "a", "a-b-c", "a1-2-3", "A", "A-B-C", "A1-2-3", "a11-w0rds", "A11-4CR0NYMS", "m1x3d-4CR0NYMS", "is-XML", "a-1-b-2",
  ]; // biome-ignore format: a list
  const bad = [
    "",
    "-",
    "a-",
    "-a",
    "a--b",
    "1",
    "1-a",
    "1-2-3",
    "aB",
    "Ab",
    "a_b",
    "a b",
    "é",
    "a-é",
    "a.b",
    "aBc",
    "a-Bc",
  ];
  for (const label of good) it(`accepts ${label}`, () => assert.equal(labelFault(label), undefined));
  for (const label of bad) {
    it(`rejects "${label}"`, () => assert.equal(labelFault(label), `\`${label}\` is not in kebab case`));
  }
  it("has no upper case in words", () => {
    const namespace = (word: string) => parseExternName(`${word}:p/i`);
    assert.equal(typeof namespace("a-b1-2"), "object");
    for (const word of ["a-B", "A"]) {
      assert.equal(namespace(word), `\`${word}\` is not in kebab case of lower-case words`);
    }
  });
  it("is linear where fragments are ambiguous", () => {
    assert.equal(typeof labelFault(`a${"-1".repeat(50_000)}-!`), "string");
    assert.equal(typeof parseExternName(`a${"-1".repeat(50_000)}-!:p/i`), "string");
  });
});

describe("parseExternName", () => {
  const version = (major: number, minor: number, patch: number, prerelease: string[] = [], build: string[] = []) => ({
    kind: "semver",
    major: BigInt(major),
    minor: BigInt(minor),
    patch: BigInt(patch),
    prerelease,
    build,
  });
  const face = (namespaces: string[], pkg: string, projections: string[], v?: object) => ({
    kind: "interface",
    namespaces,
    package: pkg,
    projections,
    version: v,
  });
  const nested: NameOptions = { nested: true };
  const canonical: NameOptions = { canonicalVersions: true };
  const good: [string, object, NameOptions?][] = [
    ["do-it", { kind: "label", label: "do-it" }],
    ["[constructor]thing", { kind: "constructor", resource: "thing" }],
    ["[method]thing.do-it", { kind: "method", resource: "thing", member: "do-it" }],
    ["[static]thing.do-it", { kind: "static", resource: "thing", member: "do-it" }],
    ["wasi:http/types", face(["wasi"], "http", ["types"])],
    ["ns-1-a:b-1-c/D-2", face(["ns-1-a"], "b-1-c", ["D-2"])],
    ["wasi:http/types@1.0.0", face(["wasi"], "http", ["types"], version(1, 0, 0))],
    [
      "a:b/c@0.0.0-abcd.1.2+efg.4.ee.5",
      face(["a"], "b", ["c"], version(0, 0, 0, ["abcd", "1", "2"], ["efg", "4", "ee", "5"])),
    ],
    ["a:b:c/d/e", face(["a", "b"], "c", ["d", "e"]), nested],
    ["a:b:c/d/e@1.2.3", face(["a", "b"], "c", ["d", "e"], version(1, 2, 3)), nested],
    ["a:b/c@1", face(["a"], "b", ["c"], { kind: "canonical", text: "1" }), canonical],
    ["a:b/c@0.2", face(["a"], "b", ["c"], { kind: "canonical", text: "0.2" }), canonical],
    ["a:b/c@0.2.1", face(["a"], "b", ["c"], version(0, 2, 1)), canonical],
  ];
  for (const [name, parsed, options] of good) {
    it(`parses ${name}`, () => assert.deepEqual(parseExternName(name, options), parsed));
  }
  const bad: [string, string, NameOptions?][] = [
    ["", "`` is not in kebab case"],
    ["wasi/http", "`wasi/http` is not in kebab case"],
    ["a@1.0.0", "`a@1.0.0` is not in kebab case"],
    ["[constructor]", "`` is not in kebab case"],
    ["[constructor]a.b", "`a.b` is not in kebab case"],
    ["[method]a", "failed to find `.` character"],
    ["[method]a.b.c", "`b.c` is not in kebab case"],
    ["[static].a", "`` is not in kebab case"],
    ["[other]a", "begins with none of"],
    ["[method", "begins with none of"],
    ["wasi:", "`` is not in kebab case"],
    ["wasi:/", "`` is not in kebab case"],
    [":/", "`` is not in kebab case"],
    ["1:a/b", "`1` is not in kebab case"],
    ["A:b/c", "`A` is not in kebab case of lower-case words"],
    ["ns:A/b", "`A` is not in kebab case of lower-case words"],
    ["wasi:HtTp/types", "`HtTp` is not in kebab case"],
    ["wasi:http/TyPeS", "`TyPeS` is not in kebab case"],
    ["a:b", "expected `/` after package name"],
    ["a:b@1.0.0", "expected `/` after package name"],
    ["foo:bar:baz/qux", "expected `/` after package name"],
    ["foo:bar/baz/qux", "trailing characters found: `/qux`"],
    ["foo:bar/baz/qux/quux@1.0.0", "trailing characters found: `/qux/quux`"],
    ["a:b/", "`` is not in kebab case"],
    ["a:b/c/", "`` is not in kebab case", nested],
    ["a::c/d", "`` is not in kebab case", nested],
    ["a:b/c@", "empty string"],
    ["a:b/c@.", "unexpected character '.' while parsing major version number"],
    ["a:b/c@1", "unexpected end of input"],
    ["a:b/c@1.", "unexpected end of input while parsing minor version number"],
    ["a:b/c@1.2", "unexpected end of input while parsing minor version number"],
    ["a:b/c@a.2", "unexpected character 'a'"],
    ["a:b/c@2.b", "unexpected character 'b'"],
    ["a:b/c@2.0x0", "unexpected character 'x' after minor version number"],
    ["a:b/c@2.0.0x", "unexpected character 'x' after patch version number"],
    ["a:b/c@2.0.0@3", "unexpected character '@' after patch version number"],
    ["a:b/c@2.0.0+", "empty identifier segment in build metadata"],
    ["a:b/c@2.0.0-", "empty identifier segment in pre-release identifier"],
    ["a:b/c@2.0.0-a..b", "empty identifier segment in pre-release identifier"],
    ["a:b/c@2.0.0-01", "invalid leading zero in pre-release identifier"],
    ["a:b/c@2.0.0+a_b", "unexpected character '_' in build metadata"],
    ["a:b/c@01.0.0", "invalid leading zero in major version number"],
    ["a:b/c@1", "unexpected end of input", nested],
    ["a:b/c@0", "unexpected end of input", canonical],
    ["a:b/c@1.2", "unexpected end of input", canonical],
    ["url=<http://a/b>", "not part of the Component Model"],
    ["unlocked-dep=<a:b>", "not part of the Component Model"],
  ];
  for (const [name, reason, options] of bad) {
    it(`says why "${name}" is no name`, () => {
      const parsed = parseExternName(name, options);
      assert.ok(typeof parsed === "string" && parsed.includes(reason), String(parsed));
    });
  }
  it("asks for a namespace where an interface is meant", () => {
    assert.equal(parseInterfaceName("a/b"), "expected `:` after namespace `a`");
  });
});

describe("uniquenessKey", () => {
  const together = ["foo", "foo-bar", "[constructor]foo", "[method]foo.bar", "[static]foo.baz", "foo:bar/baz"];
  it("tells the names apart that may stand together", () => {
    assert.equal(new Set(together.map(uniquenessKey)).size, together.length);
  });
  const clashing = [
    "foo", "FOO", "foo-BAR", "[constructor]FOO", "[method]foo.BAR", "[static]foo.bar", "[method]foo.baz",
    "[method]foo.foo", "[static]foo-BAR.FOO-bar", "foo:bar/BAZ",
  ]; // biome-ignore format: as in the specification
  for (const name of clashing) {
    it(`finds ${name} among them`, () => assert.ok(together.map(uniquenessKey).includes(uniquenessKey(name))));
  }
  it("leaves versions as they are", () => {
    assert.notEqual(uniquenessKey("a:b/c@1.0.0-RC"), uniquenessKey("a:b/c@1.0.0-rc"));
  });
});

describe("versions", () => {
  it("orders them as semver.org does", () => {
    const ordered = [
      "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
      "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "123456789012345678901234567890.0.0",
    ]; // biome-ignore format: in order
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) {
        assert.equal(Math.sign(compareSemver(semver(a), semver(b))), Math.sign(i - j), `${a} and ${b}`);
      }
    }
    assert.equal(compareSemver(semver("1.0.0+a"), semver("1.0.0+b")), 0);
  });

  const tracks: [string, string][] = [
    ["1.2.3", "1"],
    ["0.2.6", "0.2"],
    ["0.0.1", "0.0.1"],
    ["0.0.0", "0.0.0"],
    ["2.0.0+b.1", "2"],
    ["0.2.6-rc.1", "0.2.6-rc.1"],
    ["0.0.1-alpha+b", "0.0.1-alpha"],
  ];
  for (const [version, track] of tracks) {
    it(`is compatible in all of ${track}: ${version}`, () => {
      assert.ok(semverCompatible(track, version));
      for (const [, other] of tracks) assert.equal(semverCompatible(other, version), other === track, other);
      if (!version.includes("-")) assert.deepEqual(canonical(track), { kind: "canonical", text: track });
    });
  }
  for (const text of ["0", "0.0", "1.0", "01", "0.01", "", "1.", "v1"]) {
    it(`does not take "${text}" for canonical`, () => assert.equal(canonical(text), undefined));
  }

  const compatible: [string, string, boolean][] = [
    ["0.2.6", "0.2.0", true],
    ["0.2.0", "0.2.6", true],
    ["0.2.0", "0.3.0", false],
    ["1.2.0", "1.9.4", true],
    ["1.2.0", "2.0.0", false],
    ["0.0.3", "0.0.3", true],
    ["0.0.3", "0.0.4", false],
    ["0.2.0-rc.1", "0.2.0-rc.1", true],
    ["0.2.0-rc.1", "0.2.0-rc.1+build", true],
    ["0.2.0-rc.1", "0.2.0-rc.2", false],
    ["0.2.0-rc.1", "0.2.0", false],
    ["0.2", "0.2.6", true],
    ["1", "1.4.0", true],
    ["1", "2.0.0", false],
    ["nonsense", "nonsense", true],
    ["nonsense", "1.0.0", false],
  ];
  for (const [wanted, given, expected] of compatible) {
    it(`${given} ${expected ? "serves" : "does not serve"} ${wanted}`, () => {
      assert.equal(semverCompatible(wanted, given), expected);
    });
  }
});
