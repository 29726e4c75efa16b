import { extname } from 'node:path';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { type FileKind, type FlowFile, fileValue, isFile } from '#flow/file.ts';
import { BoundedMap } from '#service-api/bounded-map.ts';

export interface Upload {
  readonly file: FlowFile;
  readonly bytes: Uint8Array;
  readonly appId: string;
  readonly user: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

const MOST_UPLOADS = 2_000;
const MOST_BYTES = 256 * 1024 * 1024;

/** Files of people and of nodes, in memory: the oldest are forgotten when there are too many. */
export class Uploads {
  readonly #uploads = new BoundedMap<Upload>(MOST_UPLOADS, (gone) => {
    this.#bytes -= gone.bytes.length;
  });
  #bytes = 0;

  put(upload: Upload): void {
    const all = this.#uploads.newest();
    for (
      let last = all.pop();
      last && this.#bytes + upload.bytes.length > MOST_BYTES;
      last = all.pop()
    ) {
      this.#uploads.delete(last.file.id);
      this.#bytes -= last.bytes.length;
    }
    this.#bytes += upload.bytes.length;
    this.#uploads.set(upload.file.id, upload);
  }

  get(id: string): Upload | undefined {
    return this.#uploads.get(id);
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.m4a': 'audio/mp4',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.html': 'text/html',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

const OFFICE = /^\.(docx?|xlsx?|pptx?|pdf|txt|md|html?|csv|json|xml|ya?ml|eml|epub)$/;

/** What a file is called and what it is, by its name and what its sender says of it. */
export const describeFile = (
  name: string,
  mimeType = '',
): Pick<FlowFile, 'name' | 'extension' | 'mimeType' | 'kind'> => {
  const clean = name.replaceAll(/[\\/\0\r\n]/g, '_').slice(-255) || 'file';
  const extension = extname(clean).toLowerCase();
  const type = mimeType && mimeType !== 'application/octet-stream' ? mimeType : TYPES[extension];
  const [main] = (type ?? '').split('/');
  const kind: FileKind =
    main === 'image' || main === 'audio' || main === 'video'
      ? main
      : main === 'text' || OFFICE.test(extension)
        ? 'document'
        : 'custom';
  return { name: clean, extension, mimeType: type ?? 'application/octet-stream', kind };
};

export interface Whose {
  readonly appId: string;
  readonly user: string;
}

/** What a caller says of a file → the file. Throws SpillwayError `invalid_request`. */
export const acceptFile = (uploads: Uploads, whose: Whose, given: Json): JsonObject => {
  if (!isObject(given)) throw invalid('A file is an object with `type` and `transfer_method`.');
  const method = own(given, 'transfer_method');
  const kind = own(given, 'type');
  if (method === 'local_file') {
    const id = own(given, 'upload_file_id') ?? own(given, 'related_id');
    const upload = typeof id === 'string' ? uploads.get(id) : undefined;
    if (!upload || upload.appId !== whose.appId || upload.user !== whose.user)
      throw invalid('Invalid upload file id format or not found: upload it with the same user.');
    return fileValue({ ...upload.file, ...kindGiven(kind) });
  }
  if (method !== 'remote_url')
    throw invalid('`transfer_method` of a file must be local_file or remote_url.');
  const address = own(given, 'url') ?? own(given, 'remote_url');
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw invalid('The `url` of a file must be http(s).');
  const name = decodeURIComponentSafely(url.pathname.split('/').at(-1) ?? '');
  const described = { ...describeFile(name), ...kindGiven(kind) };
  return fileValue({ ...described, id: '', method, sizeBytes: -1, url: url.href });
};

const KINDS: ReadonlySet<unknown> = new Set(['image', 'document', 'audio', 'video', 'custom']);

const kindGiven = (kind: Json | undefined): { kind?: FileKind } =>
  KINDS.has(kind) ? { kind: kind as FileKind } : {};

const decodeURIComponentSafely = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const invalid = (message: string): SpillwayError =>
  new SpillwayError('invalid_request', message, { param: 'files' });

/** Inputs in which files stand as callers write them → inputs in which they are files. */
export const acceptInputs = (uploads: Uploads, whose: Whose, inputs: JsonObject): JsonObject => {
  const accept = (value: Json): Json =>
    isObject(value) && Object.hasOwn(value, 'transfer_method') && !isFile(value)
      ? acceptFile(uploads, whose, value)
      : value;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(accept) : accept(value),
    ]),
  );
};
