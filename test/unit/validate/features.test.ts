import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  allFeatures,
  defaultFeatures,
  type Feature,
  features,
  isFeature,
  withFeatures,
} from "../../../src/validate/features.ts";
import { accepts, rejects } from "./component.ts";

describe("features", () => {
  it("that have shipped are on", () => {
    assert.deepEqual([...defaultFeatures], ["async", "map", "implements"]);
    assert.equal(allFeatures.size, Object.keys(features).length);
  });

  it("are turned on and off by name", () => {
    const changed = withFeatures({ threads: true, async: false });
    assert.ok(changed.has("threads") && changed.has("map") && !changed.has("async"));
    assert.ok(isFeature("memory64") && !isFeature("toString"));
  });

  const gated: readonly (readonly [text: string, feature: Feature])[] = [
    ["(type (stream u8))", "async"],
    ["(type (func async))", "async"],
    ["(type (map u8 u8))", "map"],
    [`(import "a" (implements "b:c/d") (instance))`, "implements"],
    [`(import "a" (external-id "x") (func))`, "implements"],
    ["(type (list u8 4))", "fixed-length-lists"],
    ["(type error-context)", "error-context"],
    ["(type (tuple error-context))", "error-context"],
  ];
  for (const [text, feature] of gated) {
    it(`gate ${text} by ${feature}`, async () => {
      await rejects(text, `needs the \`${feature}\` feature`, "feature", withFeatures({ [feature]: false }));
      await accepts(text, withFeatures({ [feature]: true }));
    });
  }
});
