import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  allFeatures,
  defaultFeatures,
  type Feature,
  featureSet,
  features,
  isFeature,
} from "../../../src/validate/features.ts";
import { accepts, rejects, without } from "./component.ts";

describe("features", () => {
  it("that have shipped are on", () => {
    assert.deepEqual([...defaultFeatures], ["async", "map", "implements"]);
    assert.equal(allFeatures.size, Object.keys(features).length);
  });

  it("are turned on by name, besides those that have shipped", () => {
    assert.deepEqual([...featureSet(["threads"])], [...defaultFeatures, "threads"]);
    assert.deepEqual(featureSet("all"), allFeatures);
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
      await rejects(text, `needs the \`${feature}\` feature`, "feature", without(feature));
      await accepts(text, featureSet([feature]));
    });
  }
});
