/**
 * `wasi:filesystem`, over the synchronous calls of `node:fs`.
 *
 * A guest has what descends from the directories it was given and nothing else; `directory.ts` sees to that. What
 * descends from a read-only one can be looked at and read, whatever rights the guest asks for when it opens things.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  type BigIntStats,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  type StatsBase,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { isAbsolute } from "node:path";
import { views } from "../embed/func.ts";
import type { Datetime } from "./clocks.ts";
import { type Directory, type Following, type Place, walk } from "./directory.ts";
import { attempt, refuse } from "./error-codes.ts";
import { appendingSink, fileSink, fileSource, type Readable, readFile, writeFile } from "./file-streams.ts";
import type { OpenFiles } from "./open-file.ts";
import { filesystemErrorCode, InputStream, OutputStream } from "./streams.ts";

type DescriptorType =
  | "unknown"
  | "block-device"
  | "character-device"
  | "directory"
  | "fifo"
  | "symbolic-link"
  | "regular-file"
  | "socket";

interface PathFlags {
  readonly symlinkFollow?: boolean;
}

interface OpenFlags {
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
}

interface DescriptorFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly fileIntegritySync?: boolean;
  readonly dataIntegritySync?: boolean;
  readonly requestedWriteSync?: boolean;
  readonly mutateDirectory?: boolean;
}

type NewTimestamp = { readonly tag: "no-change" | "now" } | { readonly tag: "timestamp"; readonly val: Datetime };

interface DescriptorStat {
  readonly type: DescriptorType;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Datetime;
  readonly dataModificationTimestamp: Datetime;
  readonly statusChangeTimestamp: Datetime;
}

interface MetadataHash {
  readonly lower: bigint;
  readonly upper: bigint;
}

interface DirectoryEntry {
  readonly type: DescriptorType;
  readonly name: string;
}

/** What a descriptor is of. */
type Opened =
  | { readonly kind: "file"; readonly readable: Readable }
  | { readonly kind: "directory"; readonly directory: Directory };

/** The most bytes of one `read`. */
const MAX_READ = 1n << 24n;

/** `resource descriptor` */
export class Descriptor {
  readonly #files: OpenFiles;
  readonly #opened: Opened;
  readonly #flags: Required<DescriptorFlags>;
  readonly #readOnly: boolean;

  constructor(files: OpenFiles, opened: Opened, flags: DescriptorFlags, readOnly: boolean) {
    this.#files = files;
    this.#opened = opened;
    this.#flags = { ...noFlags, ...flags };
    this.#readOnly = readOnly;
  }

  readViaStream(offset: bigint): InputStream {
    return new InputStream(fileSource(this.#toRead(), offset));
  }

  writeViaStream(offset: bigint): OutputStream {
    return new OutputStream(fileSink(this.#toWrite(), offset));
  }

  appendViaStream(): OutputStream {
    const readable = this.#toWrite();
    // Pipes and devices have no end, and to open them again may be to wait.
    const appending = readable.seekable ? this.#files.toAppend(readable.file) : undefined;
    return new OutputStream(appendingSink(readable, appending));
  }

  /** Advice is taken and not followed: Node has no call for it. */
  advise(_offset: bigint, _length: bigint, _advice: string): void {
    this.#file();
  }

  syncData(): void {
    this.#sync(fdatasyncSync);
  }

  sync(): void {
    this.#sync(fsyncSync);
  }

  getFlags(): Required<DescriptorFlags> {
    return this.#flags;
  }

  getType(): DescriptorType {
    return typeOf(this.#stats());
  }

  setSize(size: bigint): void {
    const { file } = this.#file();
    if (!this.#flags.write) refuse("invalid");
    if (size > Number.MAX_SAFE_INTEGER) refuse("file-too-large");
    attempt(() => ftruncateSync(file.fd, Number(size)));
  }

  setTimes(access: NewTimestamp, modification: NewTimestamp): void {
    this.#mutate();
    const [atime, mtime] = seconds(access, modification, () => this.#stats());
    const opened = this.#opened;
    attempt(() => {
      if (opened.kind === "file") futimesSync(opened.readable.file.fd, atime, mtime);
      else utimesSync(opened.directory.at("."), atime, mtime);
    });
  }

  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const readable = this.#toRead();
    const wanted = Number(length < MAX_READ ? length : MAX_READ);
    const bytes = attempt(() => readFile(readable, wanted, offset));
    return [bytes, bytes.length === 0 && wanted > 0];
  }

  write(buffer: Uint8Array, offset: bigint): bigint {
    const readable = this.#toWrite();
    attempt(() => writeFile(readable, buffer, offset));
    return BigInt(buffer.length);
  }

  readDirectory(): DirectoryEntryStream {
    const directory = this.#directory();
    const entries = attempt(() => readdirSync(directory.at("."), { withFileTypes: true }));
    return new DirectoryEntryStream(entries.map((entry) => ({ type: typeOf(entry), name: entry.name })));
  }

  stat(): DescriptorStat {
    return statOf(this.#stats());
  }

  isSameObject(other: Descriptor): boolean {
    const [mine, its] = [this.#stats(), other.#stats()];
    return mine.dev === its.dev && mine.ino === its.ino;
  }

  metadataHash(): MetadataHash {
    return hashOf(this.#stats());
  }

  statAt(flags: PathFlags, path: string): DescriptorStat {
    return this.#at(path, flags, (place) => statOf(statsOf(place)));
  }

  metadataHashAt(flags: PathFlags, path: string): MetadataHash {
    return this.#at(path, flags, (place) => hashOf(statsOf(place)));
  }

  openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor {
    if (flags.write || flags.mutateDirectory || openFlags.create || openFlags.truncate) this.#mutate();
    if (flags.fileIntegritySync || flags.dataIntegritySync || flags.requestedWriteSync) refuse("unsupported");
    // As in POSIX: what must not exist is not followed.
    const follow = pathFlags.symlinkFollow === true && !(openFlags.create && openFlags.exclusive);
    const opened = this.#at(path, { symlinkFollow: follow }, (place) => this.#open(place, openFlags, flags));
    return new Descriptor(this.#files, opened, flags, this.#readOnly);
  }

  #open(place: Place, { create, directory, exclusive, truncate }: OpenFlags, { read, write }: DescriptorFlags): Opened {
    const found = attempt(() => lstatSync(place.path, { throwIfNoEntry: false }));
    if (found === undefined) {
      if (!create) refuse("no-entry");
      if (directory) refuse("invalid");
      if (place.slash) refuse("is-directory");
    } else {
      if (create && exclusive) refuse("exist");
      if (found.isSymbolicLink()) refuse(directory ? "not-directory" : "loop");
      if (found.isDirectory()) {
        if (write || create || truncate) refuse("is-directory");
        return { kind: "directory", directory: place.directory.enter(place.name) };
      }
      if (directory) refuse("not-directory");
    }
    let mode = write ? (read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
    mode |= constants.O_NOFOLLOW ?? 0;
    if (create) mode |= constants.O_CREAT;
    if (exclusive) mode |= constants.O_EXCL;
    if (truncate) mode |= constants.O_TRUNC;
    const file = this.#files.open(place.path, mode);
    const stats = fstatSync(file.fd);
    return { kind: "file", readable: { file, seekable: stats.isFile() || stats.isBlockDevice() } };
  }

  readlinkAt(path: string): string {
    const target = this.#at(path, {}, (place) => readlinkSync(place.path));
    // Where the host keeps things is none of the guest's business, and it could not use it.
    return isAbsolute(target) ? refuse("not-permitted") : target;
  }

  createDirectoryAt(path: string): void {
    this.#mutate();
    this.#name(path, (place) => mkdirSync(place.path));
  }

  removeDirectoryAt(path: string): void {
    this.#mutate();
    this.#name(path, (place) => rmdirSync(place.path));
  }

  unlinkFileAt(path: string): void {
    this.#mutate();
    this.#name(path, (place) => {
      if (lstatSync(place.path).isDirectory()) refuse("is-directory");
      if (place.slash) refuse("not-directory");
      unlinkSync(place.path);
    });
  }

  symlinkAt(target: string, path: string): void {
    this.#mutate();
    if (target.startsWith("/") || isAbsolute(target)) refuse("not-permitted");
    this.#name(path, (place) => {
      if (place.slash) refuse(exists(place) ? "exist" : "no-entry");
      symlinkSync(target, place.path);
    });
  }

  /** A link to what is read-only would be a way to write to it, so both directories have to be writable. */
  linkAt(flags: PathFlags, path: string, other: Descriptor, newPath: string): void {
    this.#mutate();
    other.#mutate();
    this.#at(path, flags, (from) =>
      other.#name(newPath, (to) => {
        if (to.slash) refuse(exists(to) ? "exist" : "no-entry");
        // Only Linux is sure to link the symbolic link itself, and not what it points to.
        if (process.platform !== "linux" && lstatSync(from.path).isSymbolicLink()) refuse("unsupported");
        linkSync(from.path, to.path);
      }),
    );
  }

  renameAt(path: string, other: Descriptor, newPath: string): void {
    this.#mutate();
    other.#mutate();
    this.#name(path, (from) =>
      other.#name(newPath, (to) => {
        if ((from.slash || to.slash) && !lstatSync(from.path).isDirectory()) refuse("not-directory");
        renameSync(from.path, to.path);
      }),
    );
  }

  setTimesAt(flags: PathFlags, path: string, access: NewTimestamp, modification: NewTimestamp): void {
    this.#mutate();
    this.#at(path, flags, (place) => {
      const [atime, mtime] = seconds(access, modification, () => statsOf(place));
      lutimesSync(place.path, atime, mtime);
    });
  }

  [Symbol.dispose](): void {
    const opened = this.#opened;
    if (opened.kind === "file") opened.readable.file.release();
    else opened.directory.release();
  }

  #mutate(): void {
    if (this.#readOnly) refuse("read-only");
  }

  #file(): Readable {
    return this.#opened.kind === "file" ? this.#opened.readable : refuse("bad-descriptor");
  }

  #directory(): Directory {
    return this.#opened.kind === "directory" ? this.#opened.directory : refuse("not-directory");
  }

  #toRead(): Readable {
    if (this.#opened.kind === "directory") refuse("is-directory");
    return this.#flags.read ? this.#file() : refuse("bad-descriptor");
  }

  #toWrite(): Readable {
    if (this.#opened.kind === "directory") refuse("is-directory");
    return this.#flags.write ? this.#file() : refuse("bad-descriptor");
  }

  #stats(): BigIntStats {
    const opened = this.#opened;
    return attempt(() =>
      opened.kind === "file"
        ? fstatSync(opened.readable.file.fd, { bigint: true })
        : lstatSync(opened.directory.at("."), { bigint: true }),
    );
  }

  #sync(how: (fd: number) => void): void {
    const opened = this.#opened;
    const file =
      opened.kind === "file"
        ? opened.readable.file.retain()
        : this.#files.open(opened.directory.at("."), constants.O_RDONLY);
    try {
      attempt(() => how(file.fd));
    } finally {
      file.release();
    }
  }

  #at<T>(path: string, flags: PathFlags, use: (place: Place) => T): T {
    return this.#walk(path, flags.symlinkFollow ? "always" : "before-slash", use);
  }

  /** Does `use` with a name that is made, moved or removed. */
  #name<T>(path: string, use: (place: Place) => T): T {
    return this.#walk(path, "never", use);
  }

  #walk<T>(path: string, following: Following, use: (place: Place) => T): T {
    return walk(this.#directory(), path, following, (place) => attempt(() => use(place)));
  }
}

views(Descriptor.prototype.write);

/** `resource directory-entry-stream`: the names that were there when it was made. */
class DirectoryEntryStream {
  readonly #entries: Iterator<DirectoryEntry>;

  constructor(entries: readonly DirectoryEntry[]) {
    this.#entries = entries.values();
  }

  readDirectoryEntry(): DirectoryEntry | undefined {
    const { done, value } = this.#entries.next();
    return done ? undefined : value;
  }
}

/** `wasi:filesystem/types` */
export const types = { Descriptor, DirectoryEntryStream, filesystemErrorCode };

/** A directory that a guest is given, and the name that it has for it. */
export interface Grant {
  readonly directory: Directory;
  readonly guest: string;
  readonly readOnly: boolean;
}

/** `wasi:filesystem/preopens` */
export function preopens(files: OpenFiles, grants: readonly Grant[]) {
  return {
    getDirectories(): [Descriptor, string][] {
      return grants.map(({ directory, guest, readOnly }) => {
        const opened = { kind: "directory", directory: directory.retain() } as const;
        return [new Descriptor(files, opened, { read: true, mutateDirectory: !readOnly }, readOnly), guest];
      });
    },
  };
}

const noFlags: Required<DescriptorFlags> = {
  read: false,
  write: false,
  fileIntegritySync: false,
  dataIntegritySync: false,
  requestedWriteSync: false,
  mutateDirectory: false,
};

/** A place's own stats: the walk has followed what was to be followed. */
function statsOf(place: Place): BigIntStats {
  return lstatSync(place.path, { bigint: true });
}

function exists(place: Place): boolean {
  return lstatSync(place.path, { throwIfNoEntry: false }) !== undefined;
}

type Kinds = Pick<
  StatsBase<number>,
  "isFile" | "isDirectory" | "isSymbolicLink" | "isBlockDevice" | "isCharacterDevice" | "isFIFO" | "isSocket"
>;

function typeOf(kinds: Kinds): DescriptorType {
  if (kinds.isFile()) return "regular-file";
  if (kinds.isDirectory()) return "directory";
  if (kinds.isSymbolicLink()) return "symbolic-link";
  if (kinds.isBlockDevice()) return "block-device";
  if (kinds.isCharacterDevice()) return "character-device";
  if (kinds.isFIFO()) return "fifo";
  return kinds.isSocket() ? "socket" : "unknown";
}

function statOf(stats: BigIntStats): DescriptorStat {
  return {
    type: typeOf(stats),
    linkCount: stats.nlink,
    size: stats.size,
    dataAccessTimestamp: datetime(stats.atimeNs),
    dataModificationTimestamp: datetime(stats.mtimeNs),
    statusChangeTimestamp: datetime(stats.ctimeNs),
  };
}

const NANOSECONDS = 1_000_000_000n;

/** Times before 1970 cannot be told to a guest. */
function datetime(nanoseconds: bigint): Datetime {
  const after = nanoseconds < 0n ? 0n : nanoseconds;
  return { seconds: after / NANOSECONDS, nanoseconds: Number(after % NANOSECONDS) };
}

/** The times of access and modification to set, in seconds: as numbers, which are exact to a microsecond. */
function seconds(access: NewTimestamp, modification: NewTimestamp, stats: () => BigIntStats): [number, number] {
  const before = access.tag === "no-change" || modification.tag === "no-change" ? stats() : undefined;
  const one = (time: NewTimestamp, unchanged: bigint | undefined): number => {
    switch (time.tag) {
      case "no-change":
        return Number(unchanged!) / 1e9;
      case "now":
        return Date.now() / 1000;
      case "timestamp":
        return Number(time.val.seconds) + time.val.nanoseconds / 1e9;
    }
  };
  return [one(access, before?.atimeNs), one(modification, before?.mtimeNs)];
}

const secret = randomBytes(16);

/** Tells files apart without telling their numbers. */
function hashOf({ dev, ino }: BigIntStats): MetadataHash {
  const digest = createHash("sha256").update(secret).update(`${dev}:${ino}`).digest();
  return { lower: digest.readBigUInt64LE(0), upper: digest.readBigUInt64LE(8) };
}
