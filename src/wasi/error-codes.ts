/**
 * From the operating system's error numbers, as Node names them, to those of `wasi:filesystem/types`.
 *
 * Errors reach a guest by being thrown as the value of its `result`'s error side: a plain string for an enum.
 * Whatever else is thrown is no answer for a guest, and traps.
 */

/** `error-code` of `wasi:filesystem/types`. */
export type ErrorCode = (typeof codes)[keyof typeof codes];

const codes = {
  EACCES: "access",
  EAGAIN: "would-block",
  EALREADY: "already",
  EBADF: "bad-descriptor",
  EBUSY: "busy",
  EDEADLK: "deadlock",
  EDQUOT: "quota",
  EEXIST: "exist",
  EFBIG: "file-too-large",
  EILSEQ: "illegal-byte-sequence",
  EINPROGRESS: "in-progress",
  EINTR: "interrupted",
  EINVAL: "invalid",
  EIO: "io",
  EISDIR: "is-directory",
  ELOOP: "loop",
  EMFILE: "insufficient-memory",
  EMLINK: "too-many-links",
  EMSGSIZE: "message-size",
  ENAMETOOLONG: "name-too-long",
  ENFILE: "insufficient-memory",
  ENODEV: "no-device",
  ENOENT: "no-entry",
  ENOLCK: "no-lock",
  ENOMEM: "insufficient-memory",
  ENOSPC: "insufficient-space",
  ENOTDIR: "not-directory",
  ENOTEMPTY: "not-empty",
  ENOTRECOVERABLE: "not-recoverable",
  ENOTSUP: "unsupported",
  ENOSYS: "unsupported",
  EOPNOTSUPP: "unsupported",
  ENOTTY: "no-tty",
  ENXIO: "no-such-device",
  EOVERFLOW: "overflow",
  EPERM: "not-permitted",
  EPIPE: "pipe",
  EROFS: "read-only",
  ESPIPE: "invalid-seek",
  ETXTBSY: "text-file-busy",
  EXDEV: "cross-device",
  ERR_ACCESS_DENIED: "not-permitted",
  ERR_INVALID_ARG_VALUE: "invalid",
  ERR_OUT_OF_RANGE: "invalid",
} as const;

const words: ReadonlySet<string> = new Set(Object.values(codes));

/** The code for an error of `node:fs` or a refusal; `undefined` if it is neither. */
export function errorCodeOf(error: unknown): ErrorCode | undefined {
  if (typeof error === "string") return words.has(error) ? (error as ErrorCode) : undefined;
  // Errors of Node may be of another realm than this file, as they are where Jest runs it.
  const name = (error as NodeJS.ErrnoException | null | undefined)?.code;
  return typeof name === "string" && Object.hasOwn(codes, name) ? codes[name as keyof typeof codes] : undefined;
}

/** Answers the guest with an error. */
export function refuse(code: ErrorCode): never {
  throw code;
}

/** Does something with `node:fs`; its errors become those that a guest understands. */
export function attempt<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw errorCodeOf(error) ?? error;
  }
}
