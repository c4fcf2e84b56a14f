import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { evaluateModule } from "../../../src/codegen/closures.ts";
import { printModule } from "../../../src/codegen/print.ts";
import type { Module } from "../../../src/codegen/tree.ts";
import { picker } from "../../random.ts";
import { randomFunc } from "./trees.ts";

type Made = (binding: object) => (...args: unknown[]) => unknown;

/** What a call did: its result or what it threw, and what it wrote. */
function outcome(makers: Record<string, Made>, heap: Record<string, unknown>, args: unknown[]): string {
  for (const key of Object.keys(heap)) delete heap[key];
  let result: unknown;
  try {
    result = makers["make"]!({})(...args);
  } catch (error) {
    result = error instanceof Error ? [error.constructor.name] : { thrown: error };
  }
  return inspect([result, heap], { depth: 8, maxArrayLength: 20 });
}

test("evaluating a tree is running its source", () => {
  const heap: Record<string, unknown> = {};
  const library = { id: (x: unknown) => x, pair: (x: unknown, y: unknown) => [x, y], heap };
  const inputs = [
    [1, 2],
    ["a", 0],
    [undefined, -1.5],
    [{ a: 1, b: [2] }, true],
  ];
  for (let seed = 1; seed <= 600; seed++) {
    const func = randomFunc(picker(seed));
    const module: Module = {
      functions: [func],
      makers: [{ name: "make", constants: [], func: { ...func, name: "g" } }],
    };
    const source = printModule(module);
    const printed = new Function("library", source)(library) as Record<string, Made>;
    const evaluated = evaluateModule(module, library) as unknown as Record<string, Made>;
    for (const args of inputs) {
      assert.equal(outcome(evaluated, heap, args), outcome(printed, heap, args), `seed ${seed}\n${source}`);
    }
  }
});

test("a maker's constants are computed once, for each binding", () => {
  const calls: unknown[] = [];
  const module: Module = {
    functions: [
      {
        name: "twice",
        params: ["x"],
        body: [
          {
            op: "return",
            value: {
              op: "binary",
              operator: "*",
              left: { op: "local", name: "x" },
              right: { op: "constant", value: 2 },
            },
          },
        ],
      },
    ],
    makers: [
      {
        name: "make",
        constants: [
          { name: "note", value: { op: "get", object: { op: "local", name: "binding" }, key: "note" } },
          {
            name: "doubled",
            value: { op: "call", callee: { op: "local", name: "note" }, args: [{ op: "constant", value: 21 }] },
          },
        ],
        func: {
          name: "f",
          params: [],
          body: [
            {
              op: "return",
              value: { op: "call", callee: { op: "env", name: "twice" }, args: [{ op: "local", name: "doubled" }] },
            },
          ],
        },
      },
    ],
  };
  const binding = { note: (x: number) => calls.push(x) && x };
  for (const makers of [new Function("library", printModule(module))({}), evaluateModule(module, {})] as Record<
    string,
    Made
  >[]) {
    calls.length = 0;
    const f = makers["make"]!(binding);
    assert.deepEqual([f(), f(), calls], [42, 42, [21]]);
    assert.equal(f.name, "f");
  }
});

test("functions have the arity of their parameters", () => {
  for (let n = 0; n < 8; n++) {
    const params = Array.from({ length: n }, (_, i) => `p${i}`);
    const func = {
      name: "f",
      params,
      body: [
        {
          op: "return",
          value: { op: "array", elements: params.map((name) => ({ op: "local", name }) as const) },
        } as const,
      ],
    };
    const { make } = evaluateModule(
      { functions: [], makers: [{ name: "make", constants: [], func }] },
      {},
    ) as unknown as Record<string, Made>;
    const f = make!({});
    assert.equal(f.length, n);
    assert.deepEqual(f(...params, "extra"), params);
  }
});
