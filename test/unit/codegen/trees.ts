/** Random trees, for the law that printing and evaluating agree. */
import type { BinaryOperator, Expr, Func, Stmt } from "../../../src/codegen/tree.ts";

const operators: readonly BinaryOperator[] = [
  "+", "*", "/", "&", "|", "<<", ">>", ">>>", "===", "!==", "==", "<",
]; // biome-ignore format: one list
const constants = [0, 1, -1, 2.5, 255, 4294967295, "", "a", 'b\u2028"\\', true, false, undefined] as const;
const keys = ["a", "length", "two words", "constructor"] as const;

/** Functions of two parameters, over the outside functions `id` and `pair`. */
export function randomFunc(pick: (n: number) => number): Func {
  let count = 0;
  const visible: string[] = ["p0", "p1"];

  const expr = (depth: number): Expr => {
    if (depth === 0) {
      const leaf = pick(3);
      if (leaf === 0) return { op: "constant", value: constants[pick(constants.length)] };
      return { op: "local", name: visible[pick(visible.length)]! };
    }
    const e = () => expr(depth - 1);
    switch (pick(10)) {
      case 0:
        return { op: "not", operand: e() };
      case 1:
        return { op: "record", fields: keys.slice(0, pick(5)).map((key) => [key, e()]) };
      case 2:
        return { op: "array", elements: Array.from({ length: pick(3) }, e) };
      case 3:
        return { op: "call", callee: { op: "env", name: "id" }, args: [e()] };
      case 4:
        return { op: "call", callee: { op: "env", name: "pair" }, args: [e(), e()] };
      case 5:
        return {
          op: "get",
          object: {
            op: "record",
            fields: [
              ["a", e()],
              ["length", e()],
            ],
          },
          key: keys[pick(4)]!,
        };
      case 6:
        return {
          op: "index",
          object: { op: "array", elements: [e(), e()] },
          index: { op: "binary", operator: ">>>", left: e(), right: { op: "constant", value: pick(3) } },
        };
      case 7:
        return { op: "method", object: { op: "array", elements: [e(), e()] }, key: "join", args: [e()].slice(pick(2)) };
      default:
        return { op: "binary", operator: operators[pick(operators.length)]!, left: e(), right: e() };
    }
  };

  const block = (depth: number, length: number): Stmt[] => {
    const outer = visible.length;
    const made = Array.from({ length }, () => stmt(depth));
    visible.length = outer;
    return made;
  };

  const stmt = (depth: number): Stmt => {
    const e = () => expr(pick(4));
    switch (pick(depth === 0 ? 5 : 10)) {
      case 0:
      case 1: {
        const value = e();
        const name = `v${count++}`;
        visible.push(name);
        return pick(2) === 0
          ? { op: "const", name, value }
          : { op: "let", name, value: pick(4) === 0 ? undefined : value };
      }
      case 2:
        return { op: "assign", name: `p${pick(2)}`, value: e() };
      case 3:
        return { op: "do", value: e() };
      case 4:
        return {
          op: "put",
          object: { op: "env", name: "heap" },
          index: { op: "constant", value: pick(4) },
          value: e(),
        };
      case 5:
        return { op: "if", test: e(), consequent: block(depth - 1, 1 + pick(2)), alternate: block(depth - 1, pick(3)) };
      case 6: {
        const cases = [0, 1, "a"].slice(pick(3)).map((value) => ({ value, body: block(depth - 1, pick(3)) }));
        return { op: "switch", subject: e(), cases, alternate: block(depth - 1, pick(2)) };
      }
      case 7: {
        const name = `i${count++}`;
        const below: Expr = { op: "constant", value: pick(5) };
        visible.push(name);
        const body = block(depth - 1, pick(3));
        visible.pop();
        return { op: "loop", name, below, body };
      }
      case 8: {
        const error = `e${count++}`;
        const body = [...block(depth - 1, pick(3)), ...(pick(2) === 0 ? [{ op: "throw", value: e() } as const] : [])];
        visible.push(error);
        const handler = block(depth - 1, 1 + pick(2));
        visible.pop();
        return { op: "try", body, error, handler };
      }
      default:
        return pick(3) === 0
          ? { op: "return", value: e() }
          : { op: "set", object: { op: "env", name: "heap" }, key: keys[pick(4)]!, value: e() };
    }
  };

  const body = block(3, 3 + pick(4));
  return { name: "f", params: ["p0", "p1"], body: [...body, { op: "return", value: expr(3) }] };
}
