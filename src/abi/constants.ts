/**
 * The numbers of the Canonical ABI, each in one place. They are limits that guests can see: none is a choice of ours.
 */

/** How many core values a function's parameters may flatten to before they go through memory. `MAX_FLAT_PARAMS`. */
export const MAX_FLAT_PARAMS = 16;

/** The same for the parameters of an async lower. `MAX_FLAT_ASYNC_PARAMS`. */
export const MAX_FLAT_ASYNC_PARAMS = 4;

/** The same for results. `MAX_FLAT_RESULTS`. */
export const MAX_FLAT_RESULTS = 1;

/** `MAX_STRING_BYTE_LENGTH`: longer strings trap, on their way out of a guest. */
export const MAX_STRING_BYTE_LENGTH = 2 ** 28 - 1;

/** `MAX_LIST_BYTE_LENGTH`: longer lists trap, on their way out of a guest. */
export const MAX_LIST_BYTE_LENGTH = 2 ** 28 - 1;

/** A value type must take fewer bytes than this, even with 64-bit pointers ("Element Size" in CanonicalABI.md). */
export const MAX_VALUE_SIZE = 2 ** 28;

/** `utf16_tag` in the specification, for 32-bit pointers: it marks the length of a `latin1+utf16` string as one in UTF-16. */
export const UTF16_TAG = 2 ** 31;

/** `utf16_tag` in the specification, for 64-bit pointers. */
export const UTF16_TAG_64 = 1n << 63n;
