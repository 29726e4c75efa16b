import { appendFile, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '#core/make-folder.ts';

const LINE_END = 0x0a;

export interface LineFilesOptions {
  readonly path: string;
  /** Where the former one goes when a new one begins. */
  readonly olderPath: string;
  /** Lines that a file has at most, > 0. */
  readonly max: number;
}

interface Whole {
  readonly lines: readonly string[];
  /** What they take, bytes; what follows was cut off. */
  readonly bytes: number;
  readonly isTorn: boolean;
}

/** Lines that are appended to a file; two files take turns, so that neither grows beyond `max` lines. */
export class LineFiles {
  readonly #options: LineFilesOptions;
  #lines: number;
  #bytes: number;
  /** Half a line may stand at its end. */
  #isTorn: boolean;

  private constructor(options: LineFilesOptions, { lines, bytes, isTorn }: Whole) {
    this.#options = options;
    this.#lines = lines.length;
    this.#bytes = bytes;
    this.#isTorn = isTorn;
  }

  /** With the last `max` lines that there are, the oldest first. */
  static async open(options: LineFilesOptions): Promise<{ files: LineFiles; lines: string[] }> {
    const { path, olderPath, max } = options;
    const whole = await wholeLinesOf(path);
    const { lines } = whole;
    const before = lines.length < max ? (await wholeLinesOf(olderPath)).lines : [];
    const last = [...before, ...lines].slice(-max);
    return { files: new LineFiles(options, whole), lines: last };
  }

  /** So many lines, each with its end. All or none: rejects with what the file system says. */
  async append({
    count,
    bytes,
  }: {
    readonly count: number;
    readonly bytes: Buffer;
  }): Promise<void> {
    const { path, olderPath, max } = this.#options;
    await makeFolder(dirname(path));
    if (this.#isTorn) await cutTo(path, this.#bytes);
    this.#isTorn = false;
    if (this.#lines + count > max && this.#lines > 0) {
      await rename(path, olderPath);
      this.#lines = this.#bytes = 0;
    }
    try {
      await appendFile(path, bytes, { mode: 0o600 });
    } catch (cause) {
      this.#isTorn = true;
      throw cause;
    }
    this.#lines += count;
    this.#bytes += bytes.length;
  }

  /** Removes both. */
  async remove(): Promise<void> {
    const { path, olderPath } = this.#options;
    await Promise.all([path, olderPath].map((each) => rm(each, { force: true })));
    this.#lines = this.#bytes = 0;
    this.#isTorn = false;
  }
}

const wholeLinesOf = async (path: string): Promise<Whole> => {
  let all: Buffer;
  try {
    all = await readFile(path);
  } catch {
    return { lines: [], bytes: 0, isTorn: false };
  }
  const bytes = all.lastIndexOf(LINE_END) + 1;
  const lines = all.toString('utf8', 0, bytes).split('\n').slice(0, -1);
  return { lines, bytes, isTorn: bytes < all.length };
};

/** Makes the file where there is none: then nothing is to be cut. */
const cutTo = async (path: string, bytes: number): Promise<void> => {
  const file = await open(path, 'a', 0o600);
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
};
