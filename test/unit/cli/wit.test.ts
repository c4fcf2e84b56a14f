import assert from "node:assert/strict";
import { test } from "node:test";
import { printWorld } from "../../../src/cli/wit.ts";
import type { Extern } from "../../../src/embed/reflect.ts";
import { primitives } from "../../../src/types/interner.ts";
import type { ValType } from "../../../src/types/types.ts";
import { TypeMaker } from "../types/maker.ts";

const types = new TypeMaker();
const { u8, u32, string } = primitives;
const func = (name: string, params: Record<string, ValType>, result?: ValType, async = false): Extern => ({
  name,
  kind: "func",
  type: types.func(
    async,
    Object.entries(params).map(([label, type]) => ({ label, type })),
    result,
  ),
});
const type = (name: string, t: ValType): Extern => ({ name, kind: "type", type: t });
const instance = (name: string, ...exports: Extern[]): Extern => ({ name, kind: "instance", exports });

test("functions stand in the world itself, and what WIT has no words for in comments", () => {
  const text = printWorld({
    imports: [func("log", { message: string }), func("from", { list: types.list(u8) }, undefined, true)],
    exports: [
      func("add", { a: u32, b: u32 }, u32),
      { name: "m", kind: "core-module", type: { kind: "core-module", imports: [], exports: [] } },
    ],
  });
  assert.equal(
    text,
    `package root:component;

world root {
  import log: func(message: string);
  import %from: async func(%list: list<u8>);
  export add: func(a: u32, b: u32) -> u32;
  // export m: core module {}
}
`,
  );
});

test("interfaces stand in their packages, with the types that they define", () => {
  const point = types.record([
    { label: "x", type: u32 },
    { label: "type", type: types.option(string) },
  ]);
  const shape = types.variant([
    { label: "dot", type: undefined },
    { label: "at", type: point },
  ]);
  const color = types.enum(["red", "static"]);
  const perms = types.flags(["a"]);
  const file = types.resource("i32", "file");
  const text = printWorld({
    imports: [
      instance(
        "docs:shapes/types@1.2.0",
        type("point", point),
        type("place", point),
        type("shape", shape),
        type("perms", types.flags(["read", "write"])),
        type("size", primitives.u64),
      ),
      instance(
        "docs:shapes/files@1.2.0",
        type("point", point),
        type("form", shape),
        { name: "file", kind: "resource", resource: file },
        func("[constructor]file", { path: string }, types.own(file)),
        func(
          "[method]file.draw",
          { self: types.borrow(file), at: types.list(types.tuple([point, shape])) },
          types.result(undefined, string),
        ),
        func("[static]file.merge", { a: types.own(file), b: types.borrow(file) }, types.own(file)),
        func("size", { file: types.borrow(file) }, primitives.u64),
      ),
    ],
    exports: [
      instance(
        "docs:other/paint",
        { name: "file", kind: "resource", resource: file },
        type("color", color),
        func("fill", { color, with: types.own(file) }),
      ),
      instance("plain", func("f", { p: perms }), type("perms", perms)),
      instance("docs:other/empty"),
    ],
  });
  assert.equal(
    text,
    `package root:component;

world root {
  import docs:shapes/types@1.2.0;
  import docs:shapes/files@1.2.0;
  export docs:other/paint;
  export plain: interface {
    f: func(p: perms);
    flags perms {
      a,
    }
  }
  export docs:other/empty;
}

package docs:shapes@1.2.0 {
  interface types {
    record point {
      x: u32,
      %type: option<string>,
    }
    type place = point;
    variant shape {
      dot,
      at(point),
    }
    flags perms {
      read,
      write,
    }
    type size = u64;
  }

  interface files {
    use types.{point, shape as form};
    resource file {
      constructor(path: string);
      draw: func(at: list<tuple<point, form>>) -> result<_, string>;
      merge: static func(a: file, b: borrow<file>) -> file;
    }
    size: func(file: borrow<file>) -> u64;
  }
}

package docs:other {
  interface paint {
    use docs:shapes/files@1.2.0.{file};
    enum color {
      red,
      %static,
    }
    fill: func(color: color, %with: file);
  }

  interface empty {}
}
`,
  );
});

test("a type is printed as deep as it is", () => {
  let deep: ValType = u8;
  for (let i = 0; i < 90; i++) deep = types.list(deep);
  const text = printWorld({ imports: [func("f", { x: deep })], exports: [] });
  assert.ok(text.includes(`(x: ${"list<".repeat(90)}u8${">".repeat(90)});`), text);
});

test("a type that is exponentially long is cut", () => {
  let t: ValType = u8;
  for (let i = 0; i < 40; i++) t = types.tuple([t, t]);
  const text = printWorld({ imports: [], exports: [func("f", { t })] });
  assert.ok(text.length < 100_000);
  assert.match(text, /…/);
});

test("names that are words of WIT are told apart from them wherever they stand", () => {
  const mode = types.enum(["on"]);
  const text = printWorld({
    imports: [instance("a:list/record@1.0.0", type("mode", mode)), instance("a:b/stream", type("mode", mode))],
    exports: [],
  });
  assert.equal(
    text,
    `package root:component;

world root {
  import a:%list/%record@1.0.0;
  import a:b/%stream;
}

package a:%list@1.0.0 {
  interface %record {
    enum mode {
      on,
    }
  }
}

package a:b {
  interface %stream {
    use a:%list/%record@1.0.0.{mode};
  }
}
`,
  );
});

test("types that cannot be written for want of a name in them are used by the name that they have elsewhere", () => {
  const point = types.record([{ label: "x", type: u32 }]);
  const points = types.list(point);
  const file = types.resource("i32", "file");
  const owned = types.own(file);
  const text = printWorld({
    imports: [
      instance(
        "a:b/types",
        type("point", point),
        type("points", points),
        { name: "file", kind: "resource", resource: file },
        type("mine", owned),
      ),
      instance(
        "a:b/user",
        type("line", points),
        type("mine", owned),
        type("lines", types.list(points)),
        func("draw", { along: points, on: owned }),
      ),
    ],
    exports: [],
  });
  assert.match(
    text,
    /interface user \{\n {4}use types\.\{points as line, mine\};\n {4}type lines = list<line>;\n {4}draw: func\(along: line, on: mine\);\n/,
  );
});

test("an interface of which only a part is imported, and that is exported, is told whole, and others use both of its types", () => {
  const point = types.record([{ label: "x", type: u32 }]);
  const imported = types.resource("i32", "file");
  const exported = types.resource("i32", "file");
  const resource = (of: typeof imported): Extern => ({ name: "file", kind: "resource", resource: of });
  const user = (of: typeof imported) =>
    instance("a:b/user", type("point", point), resource(of), func("draw", { on: types.borrow(of), at: point }));
  const text = printWorld({
    imports: [instance("a:b/types", type("point", point), resource(imported)), user(imported)],
    exports: [
      instance("a:b/types", type("point", point), resource(exported), func("open", {}, types.own(exported))),
      user(exported),
    ],
  });
  assert.equal(
    text,
    `package root:component;

world root {
  import a:b/types;
  import a:b/user;
  export a:b/types;
  export a:b/user;
}

package a:b {
  interface types {
    record point {
      x: u32,
    }
    resource file;
    open: func() -> file;
  }

  interface user {
    use types.{point, file};
    draw: func(on: borrow<file>, at: point);
  }
}
`,
  );
});

test("external ids are written where WIT has a place for them, and versions in full", () => {
  const attributes = { externalId: 'a "b" \\ c\n' };
  const file = types.resource("i32", "file");
  const face = instance(
    "a:b/c@1",
    { name: "file", kind: "resource", resource: file, attributes },
    { ...func("[method]file.read", { self: types.borrow(file) }), attributes: { externalId: "read" } },
    { ...func("log", {}), attributes: { externalId: "log" } },
    { ...type("size", u32), attributes: { externalId: "size" } },
  );
  const text = printWorld({
    imports: [
      { ...face, attributes: { versionSuffix: ".2.3-rc.1", externalId: "named" } },
      { ...instance("alone"), attributes: { externalId: "alone" } },
      { ...instance("stored"), attributes: { implements: "x:y/z", externalId: "stored" } },
    ],
    exports: [
      { ...func("f", {}), attributes: { externalId: "f" } },
      { ...type("t", u8), attributes: { externalId: "t" } },
    ],
  });
  assert.equal(
    text,
    `package root:component;

world root {
  // @external-id("named")
  import a:b/c@1.2.3-rc.1;
  @external-id("alone")
  import alone: interface {}
  @external-id("stored")
  import stored: x:y/z;
  @external-id("f")
  export f: func();
  // @external-id("t")
  type t = u8;
}

package a:b@1.2.3-rc.1 {
  interface c {
    @external-id("a \\"b\\" \\\\ c\\u{a}")
    resource file {
      @external-id("read")
      read: func();
    }
    @external-id("log")
    log: func();
    @external-id("size")
    type size = u32;
  }
}

package x:y {
  interface z {}
}
`,
  );
});

test("functions of a resource that the world itself has stand in the resource", () => {
  const file = types.resource("i32", "file");
  const mode = types.enum(["read", "write"]);
  const text = printWorld({
    imports: [
      { name: "file", kind: "resource", resource: file },
      func("open", {}, types.own(file)),
      type("mode", mode),
      func("[constructor]file", { mode }, types.own(file)),
      func("[method]file.size", { self: types.borrow(file) }, u32),
    ],
    exports: [
      { name: "again", kind: "resource", resource: file },
      func("[method]again.close", { self: types.borrow(file) }),
    ],
  });
  assert.equal(
    text,
    `package root:component;

world root {
  resource file {
    constructor(mode: mode);
    size: func() -> u32;
  }
  import open: func() -> file;
  enum mode {
    read,
    write,
  }
  type again = file;
  // of again: close: func();
}
`,
  );
});
