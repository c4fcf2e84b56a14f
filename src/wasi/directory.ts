/**
 * Finding what a guest names below a directory it was given, and never anything else.
 *
 * A path is walked one name at a time. Symbolic links are read and walked here, never followed by the operating system;
 * an absolute one, or one `..` more than there are directories below the granted one, is refused.
 *
 * On Linux each step is taken through a descriptor of the directory reached so far (`/proc/self/fd/N/name` stands for
 * `openat`), so that nobody who moves directories or exchanges them for links meanwhile can lead the walk elsewhere.
 * On other systems Node offers nothing of the kind; there each step is checked, and the check holds as long as only the
 * guest itself changes what is below the directory.
 */
import { constants, lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import { attempt, refuse } from "./error-codes.ts";
import type { OpenFile, OpenFiles } from "./open-file.ts";

/** As many as Linux follows in one path. */
const MAX_LINKS = 40;

/** As on Linux. A guest's string may have so many names that they would not fit into the host's memory. */
const MAX_PATH_LENGTH = 4096;

/** Linux: a descriptor that only stands for the directory. Node has no name for it. */
const O_PATH = 0o10000000;

/** A directory that can be named names in. */
export interface Directory {
  /** The host's path for a name in it, or for itself if that is `"."`. */
  at(name: string): string;
  /** A directory in it that is no symbolic link; refuses whatever else the name means. */
  enter(name: string): Directory;
  retain(): this;
  release(): void;
}

/**
 * Opens a directory of the host for guests.
 *
 * @param held whether by its descriptor, which needs Linux.
 */
export function openDirectory(path: string, files: OpenFiles, held: boolean = mayBeHeld()): Directory {
  if (held) {
    const directory = new HeldDirectory(files, files.open(path, O_PATH | constants.O_DIRECTORY));
    if (statSync(directory.at("."), { throwIfNoEntry: false }) !== undefined) return directory;
    directory.release();
  }
  if (!attempt(() => statSync(path)).isDirectory()) refuse("not-directory");
  return new NamedDirectory(resolve(path));
}

/** Whether there are paths of descriptors, and Node's permission model, if it is on, lets them be used. */
function mayBeHeld(): boolean {
  const { permission, platform } = process;
  const allowed = (scope: string) => permission?.has(scope, "/proc/self/fd/0") ?? true;
  return platform === "linux" && allowed("fs.read") && allowed("fs.write");
}

/** A directory by its descriptor. */
class HeldDirectory implements Directory {
  readonly #files: OpenFiles;
  readonly #file: OpenFile;

  constructor(files: OpenFiles, file: OpenFile) {
    this.#files = files;
    this.#file = file;
  }

  at(name: string): string {
    return `/proc/self/fd/${this.#file.fd}/${name}`;
  }

  enter(name: string): HeldDirectory {
    const flags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    return new HeldDirectory(this.#files, this.#files.open(this.at(name), flags));
  }

  retain(): this {
    this.#file.retain();
    return this;
  }

  release(): void {
    this.#file.release();
  }
}

/** A directory by its path, for systems that have nothing better. */
class NamedDirectory implements Directory {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  at(name: string): string {
    return `${this.#path}${sep}${name}`;
  }

  enter(name: string): NamedDirectory {
    const path = this.at(name);
    return attempt(() => lstatSync(path)).isDirectory() ? new NamedDirectory(path) : refuse("not-directory");
  }

  retain(): this {
    return this;
  }

  release(): void {}
}

/** What a guest's path means: a name in a directory, which may be there or not. */
export interface Place {
  readonly directory: Directory;
  /** `"."` for the directory itself. */
  readonly name: string;
  /** The host's path; whoever uses it must not let the system follow a symbolic link at its end. */
  readonly path: string;
  /** The guest's path ended with a slash: if something is there that may be followed, it is a directory. */
  readonly slash: boolean;
}

/**
 * When a symbolic link at the end of a path stands for what it points to: always, if there is a slash behind it, or, where the
 * name itself is made, moved or removed, never.
 */
export type Following = "always" | "before-slash" | "never";

/** Does `use` with what `path` means below `root`. */
export function walk<T>(root: Directory, path: string, following: Following, use: (place: Place) => T): T {
  const reached: Directory[] = [root];
  try {
    return use(find(reached, path, following));
  } finally {
    for (const directory of reached.slice(1)) directory.release();
  }
}

/** Leaves in `reached` the directories that lead to the place. */
function find(reached: Directory[], path: string, following: Following): Place {
  let slash = path.endsWith("/");
  // In reverse, so that the next one is at the end.
  const pending = names(path);
  for (let links = 0; ; ) {
    const directory = reached.at(-1)!;
    const name = pending.pop();
    if (name === undefined || (name === "." && pending.length === 0)) {
      return { directory, name: ".", path: directory.at("."), slash: false };
    }
    if (name === ".") continue;
    if (name === "..") {
      if (reached.length === 1) refuse("not-permitted");
      reached.pop()!.release();
      continue;
    }
    const last = pending.length === 0;
    const follows = !last || following === "always" || (slash && following === "before-slash");
    const found = follows ? look(directory.at(name)) : undefined;
    if (found?.isSymbolicLink()) {
      if (++links > MAX_LINKS) refuse("loop");
      const target = attempt(() => readlinkSync(directory.at(name)));
      if (last) slash ||= target.endsWith("/");
      pending.push(...names(target));
      continue;
    }
    if (last) {
      if (slash && found !== undefined && !found.isDirectory()) refuse("not-directory");
      return { directory, name, path: directory.at(name), slash };
    }
    reached.push(directory.enter(name));
  }
}

/** What leads out of a directory on Windows: two more characters, and the names of devices, which are everywhere. */
const windowsEscape = /[\\:]|^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)/i;

/** The names of a relative path, the first one last. */
function names(path: string): string[] {
  if (path === "") refuse("no-entry");
  if (path.startsWith("/")) refuse("not-permitted");
  if (path.length >= MAX_PATH_LENGTH) refuse("name-too-long");
  const names = path.split("/").filter((name) => name !== "");
  if (sep !== "/" && names.some((name) => windowsEscape.test(name))) refuse("not-permitted");
  return names.reverse();
}

function look(path: string): Stats | undefined {
  return attempt(() => lstatSync(path, { throwIfNoEntry: false }));
}
