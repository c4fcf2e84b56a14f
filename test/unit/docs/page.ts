/** Pages of docs/ with examples that are run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ComponentError, ResultError } from "../../../src/index.ts";

interface Fence {
  /** What stands behind the backquotes. */
  readonly info: string;
  readonly text: string;
  /** For messages. */
  readonly file: string;
  readonly line: number;
}

/** The fences of a page of docs/, in their order. */
export function fencesOf(file: string): readonly Fence[] {
  const page = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), "utf8");
  return [...page.matchAll(/^```(\w+(?: \w+)?)\n(.*?)^```$/gms)].map(({ 1: info, 2: text, index }) => ({
    info: info!,
    text: text!,
    file,
    line: page.slice(0, index).split("\n").length + 1,
  }));
}

/**
 * Runs a fence: a line that ends in a comment must give what the comment says, be it a value or what is thrown. A comment
 * in a line of its own belongs to the line before. `await` may be used.
 */
export async function run({ text, file, line }: Fence, scope: Readonly<Record<string, unknown>>): Promise<void> {
  const lines = text.split("\n").map((source, i) => ({ source, at: `docs/${file}:${line + i}` }));
  const code = lines.map(({ source, at }, i) => {
    const [, statement, comment] = /^(.+;) \/\/ (.*)$/.exec(source) ?? [];
    const next = /^\/\/ (throws.*)$/.exec(lines[i + 1]?.source ?? "")?.[1];
    if (statement === undefined && next !== undefined) return check(source, next, at);
    if (statement === undefined || /^(const|using) /.test(statement)) return source;
    return check(statement, comment!, at);
  });
  const all = { ...scope, $: checks };
  await new AsyncFunction(...Object.keys(all), `{${code.join("\n")}}`)(...Object.values(all));
}

const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => (...args: unknown[]) => Promise<void>;

function check(statement: string, comment: string, at: string): string {
  const act = `async () => ${statement.replace(/;$/, "")}`;
  const wanted = /^(throws ResultError with payload|throws|rejects with): (.*)$/.exec(comment);
  if (wanted === null) return `await $.gives(${act}, (${comment}), ${JSON.stringify(at)});`;
  switch (wanted[1]) {
    case "throws":
      return `await $.throws(${act}, ${JSON.stringify(wanted[2])}, ${JSON.stringify(at)});`;
    case "rejects with":
      return `await $.rejects(${act}, ${wanted[2]}, ${JSON.stringify(at)});`;
    default:
      return `await $.payload(${act}, ${wanted[2]}, ${JSON.stringify(at)});`;
  }
}

type Act = () => Promise<unknown>;

const checks = {
  gives: async (act: Act, value: unknown, at: string) => assert.deepStrictEqual(await act(), value, at),
  throws: (act: Act, message: string, at: string) =>
    assert.rejects(act, (error) => {
      assert.ok(error instanceof ComponentError, `${at}: ${String(error)}`);
      assert.equal(error.message, message, at);
      return true;
    }),
  rejects: (act: Act, reason: unknown, at: string) =>
    assert.rejects(act, (error) => {
      assert.equal(String(error), String(reason), at);
      return true;
    }),
  payload: (act: Act, payload: unknown, at: string) =>
    assert.rejects(act, (error) => {
      assert.ok(error instanceof ResultError, `${at}: ${String(error)}`);
      assert.deepStrictEqual(error.payload, payload, at);
      return true;
    }),
};
