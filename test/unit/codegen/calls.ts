/** What tests of generated calls have in common: both tiers, and how a call ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tier } from "../../../src/codegen/tier.ts";
import { reasonOf } from "../../../src/runtime/trap.ts";

const tiers: readonly Tier[] = ["jit", "evaluate"];

/** The code of the trap that `run` ends in. */
export function trapOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof WebAssembly.RuntimeError, `a trap, not ${error}`);
    return reasonOf(error).code;
  }
  return "no trap";
}

export function eachTier(name: string, body: (tier: Tier) => void): void {
  for (const tier of tiers) test(`${name} (${tier})`, () => body(tier));
}
