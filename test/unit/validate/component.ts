/** Components from text, and what validation says of them. */
import assert from "node:assert/strict";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { decodeComponent } from "../../../src/binary/component.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { allFeatures, defaultFeatures, type Feature, type FeatureSet } from "../../../src/validate/features.ts";
import type { TypedComponent } from "../../../src/validate/typed.ts";
import { validateComponent } from "../../../src/validate/validate.ts";
import { leb } from "../binary/bytes.ts";

/** What has shipped, but `feature`. */
export function without(feature: Feature): FeatureSet {
  return new Set([...defaultFeatures].filter((name) => name !== feature));
}

/** Validates the component with the definitions in `text`. */
export async function validate(text: string, features: FeatureSet = allFeatures): Promise<TypedComponent> {
  return validateBytes(await parse(`(component ${text})`), features);
}

export function validateBytes(bytes: Uint8Array, features: FeatureSet = allFeatures): TypedComponent {
  return validateComponent(decodeComponent(bytes), bytes, { features });
}

/** Fails unless the component is valid. */
export async function accepts(text: string, features: FeatureSet = allFeatures): Promise<void> {
  await validate(text, features);
}

/** Fails unless the component is not, for a reason that `includes` is part of. */
export async function rejects(text: string, includes: string, code?: string, features?: FeatureSet): Promise<void> {
  await invalid(text, includes, code, features);
}

/** The error of a component that is not valid, and that `includes` is part of its reason. */
export async function invalid(
  text: string,
  includes: string,
  code?: string,
  features: FeatureSet = allFeatures,
): Promise<ComponentError> {
  return errorOf(await parse(`(component ${text})`), includes, code, features);
}

export function errorOf(
  bytes: Uint8Array,
  includes: string,
  code?: string,
  features: FeatureSet = allFeatures,
): ComponentError {
  try {
    validateBytes(bytes, features);
  } catch (error) {
    assert.ok(error instanceof ComponentError, String(error));
    assert.ok(error.reason.includes(includes), `${JSON.stringify(error.reason)} does not include ${includes}`);
    if (code !== undefined) assert.equal(error.code, code, error.message);
    assert.ok(error.phase === "validate" || error.phase === "unsupported", error.phase);
    assert.ok(error.offset !== undefined && error.offset >= 0 && error.offset <= bytes.length, error.message);
    return error;
  }
  assert.fail(`accepted, but expected: ${includes}`);
}

// ---- Components from bytes, for what the text format has no words for

/** A type index as a value type: a signed LEB128. */
export function typeRef(index: number): number[] {
  return index < 0x40 ? [index] : [(index & 0x7f) | 0x80, ...typeRef(index >>> 7)];
}

/** A section with the items given, each in bytes. */
export function section(id: number, items: readonly (readonly number[])[]): number[] {
  const body = [leb(items.length), ...items].flat();
  return [id, ...leb(body.length), ...body];
}
