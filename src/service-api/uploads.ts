import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Log } from '#core/log.ts';
import { makeFolder } from '#core/make-folder.ts';
import { isOf, type Person } from '#store/app-runs.ts';
import type { FlowFile } from '#flow/file.ts';
import { BoundedMap } from '#service-api/bounded-map.ts';

/** Where a file that is kept here can be had, with a key of its app. */
export const previewPath = (id: string): string => `/v1/files/${id}/preview`;

export interface Whose {
  readonly appId: string;
  readonly user: string;
}

/** What is known of an upload without its bytes. */
export interface Upload extends Whose {
  readonly file: FlowFile;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

export interface UploadsOptions {
  /** Where they lie; in memory, and gone with the process, where left out. */
  readonly folder?: string;
  readonly clock: Clock;
  readonly log: Log;
}

const MOST_UPLOADS = 10_000;
/** All of them together, bytes: on disk, and in memory. */
const MOST_ON_DISK = 4 * 1024 * 1024 * 1024;
const MOST_IN_MEMORY = 256 * 1024 * 1024;
/** What one user of an app may have of that: who fills it pushes out their own. */
const SHARE = 0.25;
/** Forgotten after that, s. */
const KEEP_S = 30 * 86_400;
const SWEEP_MS = 3_600_000;
const NAME = /^[0-9a-f-]{36}$/;
/** What is known of a file stands before it, with its length in the first bytes. */
const LENGTH_BYTES = 4;
const LONGEST_HEAD = 65_536;

/** Files of people and of nodes: the oldest are forgotten when there are too many, all after a while. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #most: number;
  readonly #inMemory = new Map<string, Uint8Array>();
  readonly #uploads: BoundedMap<Upload>;
  #bytes = 0;
  #cancel = (): void => {};

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#most = options.folder === undefined ? MOST_IN_MEMORY : MOST_ON_DISK;
    this.#uploads = new BoundedMap(MOST_UPLOADS, (gone) => this.#forgotten(gone));
  }

  /** With what is there already. What is no file of ours is left alone. */
  static async open(options: UploadsOptions): Promise<Uploads> {
    const uploads = new Uploads(options);
    const { folder } = options;
    if (folder !== undefined) await uploads.#readAll(folder);
    uploads.#sweepLater();
    return uploads;
  }

  close(): void {
    this.#cancel();
  }

  /** The file's size must be that of its bytes. Throws SpillwayError `too_large` where there is no room at all, `internal` where the disk says no. */
  async put(upload: Upload, bytes: Uint8Array): Promise<void> {
    const { id } = upload.file;
    this.#makeRoom(upload);
    const { folder } = this.#options;
    if (folder === undefined) this.#inMemory.set(id, bytes);
    else await this.#write(folder, upload, bytes);
    this.#bytes += upload.file.sizeBytes;
    this.#uploads.set(id, upload);
  }

  get(id: string): Upload | undefined {
    const upload = this.#uploads.get(id);
    if (!upload || !this.#isOld(upload)) return upload;
    this.#forget(upload);
    return undefined;
  }

  /** One of theirs; undefined for what is another's, too. */
  owned(id: string, { appId, user }: Whose): Upload | undefined {
    const upload = this.get(id);
    return upload?.appId === appId && upload.user === user ? upload : undefined;
  }

  forgetApp(appId: string): void {
    for (const upload of this.#uploads.newest()) if (upload.appId === appId) this.#forget(upload);
  }

  /** Those of a person. */
  forget(person: Person): void {
    for (const upload of this.#uploads.newest())
      if (isOf(upload.user, person)) this.#forget(upload);
  }

  /** Undefined when it is no longer there. */
  async read(id: string): Promise<Uint8Array | undefined> {
    const upload = this.get(id);
    if (!upload) return undefined;
    const { folder } = this.#options;
    if (folder === undefined) return this.#inMemory.get(id);
    return readBody(join(folder, id)).catch(() => undefined);
  }

  #isOld({ createdAt }: Upload): boolean {
    return this.#options.clock.wall() / 1000 - createdAt > KEEP_S;
  }

  #makeRoom({ appId, user, file: { sizeBytes: bytes } }: Upload): void {
    const share = this.#most * SHARE;
    if (bytes > share)
      throw new SpillwayError('too_large', `At most ${share} bytes of files are kept of one user.`);
    const all = this.#uploads.newest();
    const own = all.filter((one) => one.appId === appId && one.user === user);
    let owned = own.reduce((sum, { file }) => sum + file.sizeBytes, 0);
    for (let last = own.pop(); last && owned + bytes > share; last = own.pop()) {
      owned -= last.file.sizeBytes;
      this.#forget(last);
    }
    for (let last = all.pop(); last && this.#bytes + bytes > this.#most; last = all.pop())
      if (this.#uploads.get(last.file.id)) this.#forget(last);
  }

  #forget(upload: Upload): void {
    this.#uploads.delete(upload.file.id);
    this.#forgotten(upload);
  }

  #forgotten({ file }: Upload): void {
    const { folder, log } = this.#options;
    this.#bytes -= file.sizeBytes;
    this.#inMemory.delete(file.id);
    if (folder === undefined) return;
    rm(join(folder, file.id), { force: true }).catch((cause: unknown) =>
      log.warn({ cause: String(cause) }, 'a file that is forgotten cannot be deleted'),
    );
  }

  #sweepLater(): void {
    this.#cancel = this.#options.clock.after(SWEEP_MS, () => {
      for (const upload of this.#uploads.newest()) if (this.#isOld(upload)) this.#forget(upload);
      this.#sweepLater();
    });
  }

  async #write(folder: string, upload: Upload, bytes: Uint8Array): Promise<void> {
    const head = Buffer.from(JSON.stringify(upload));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(head.length);
    const path = join(folder, upload.file.id);
    try {
      await makeFolder(folder, 0o700);
      await writeFile(`${path}.new`, [length, head, bytes], { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (cause) {
      await rm(`${path}.new`, { force: true }).catch(() => {});
      this.#options.log.warn({ folder, cause: String(cause) }, 'an upload cannot be written down');
      throw new SpillwayError('internal', 'The file cannot be kept now; try again later.', {
        cause,
      });
    }
  }

  async #readAll(folder: string): Promise<void> {
    const names = await readdir(folder).catch(() => []);
    const found: Upload[] = [];
    for (const name of names) {
      const path = join(folder, name);
      // Of a process that ended while it wrote.
      if (name.endsWith('.new')) await rm(path, { force: true }).catch(() => {});
      if (!NAME.test(name)) continue;
      const upload = await readHead(path).catch(() => undefined);
      if (upload?.file.id === name) found.push(upload);
    }
    for (const upload of found.toSorted((a, b) => a.createdAt - b.createdAt)) {
      this.#bytes += upload.file.sizeBytes;
      this.#uploads.set(upload.file.id, upload);
      if (this.#isOld(upload)) this.#forget(upload);
    }
  }
}

const readHead = async (path: string): Promise<Upload | undefined> => {
  const handle = await open(path);
  try {
    const length = await headLength(handle);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, LENGTH_BYTES);
    // Heads are what `#write` wrote.
    return JSON.parse(buffer.toString('utf8')) as Upload;
  } finally {
    await handle.close();
  }
};

const readBody = async (path: string): Promise<Uint8Array> => {
  const handle = await open(path);
  try {
    const from = LENGTH_BYTES + (await headLength(handle));
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer;
  } finally {
    await handle.close();
  }
};

const headLength = async (handle: Awaited<ReturnType<typeof open>>): Promise<number> => {
  const { buffer } = await handle.read(Buffer.alloc(LENGTH_BYTES), 0, LENGTH_BYTES, 0);
  const length = buffer.readUInt32BE();
  if (length > LONGEST_HEAD) throw new Error('This is no file of ours.');
  return length;
};
