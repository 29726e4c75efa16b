import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { unescaped } from '#core/unescaped.ts';
import { fileFault, fileRulesOf } from '#flow/file-rules.ts';
import { type FileKind, fileValue, isFile } from '#flow/file.ts';
import { describeFile } from '#service-api/describe-file.ts';
import { addressOf, type Told, type ToldFiles } from '#service-api/remote-files.ts';
import type { Uploads, Whose } from '#service-api/uploads.ts';

export interface FilesKnown {
  readonly uploads: Uploads;
  readonly whose: Whose;
  /** What servers say of files that are only addresses. */
  readonly told: ToldFiles;
}

/** What a caller says of a file → the file. Throws SpillwayError `invalid_request`. */
export const acceptFile = ({ uploads, whose, told }: FilesKnown, given: Json): JsonObject => {
  if (!isObject(given)) throw invalid('A file is an object with `type` and `transfer_method`.');
  const method = own(given, 'transfer_method');
  const kind = own(given, 'type');
  if (method === 'local_file') {
    const id = own(given, 'upload_file_id') ?? own(given, 'related_id');
    const upload = typeof id === 'string' ? uploads.owned(id, whose) : undefined;
    if (!upload)
      throw invalid('Invalid upload file id format or not found: upload it with the same user.');
    return fileValue({ ...upload.file, ...kindGiven(kind, upload.file.kind) });
  }
  if (method !== 'remote_url')
    throw invalid('`transfer_method` of a file must be local_file or remote_url.');
  const url = addressOf(given);
  if (!url) throw invalid('The `url` of a file must be http(s).');
  const seen = describeRemote(url, told.get(url.href));
  return fileValue({ ...seen, ...kindGiven(kind, seen.kind), id: '', method, url: url.href });
};

/** As its server says; as its address does where that says nothing. */
const describeRemote = (url: URL, told: Told | undefined) => {
  const name = told?.name ?? unescaped(url.pathname.split('/').at(-1) ?? '');
  const byName = describeFile(name);
  // A name that says what a file is counts for more than what a server calls it.
  const isSure = byName.mimeType !== 'application/octet-stream' || !told;
  return {
    ...(isSure ? byName : describeFile(name, told.mimeType)),
    sizeBytes: told?.sizeBytes ?? -1,
  };
};

/** Of one request, whatever an app says. */
const MOST_FILES = 50;

const KINDS: ReadonlySet<unknown> = new Set(['image', 'document', 'audio', 'video', 'custom']);

/** What it is called by its caller, unless its name says that it is something else. */
const kindGiven = (given: Json | undefined, seen: FileKind): { kind?: FileKind } => {
  if (!KINDS.has(given)) return {};
  const kind = given as FileKind;
  if (kind !== 'custom' && seen !== 'custom' && kind !== seen)
    throw invalid(
      `Detected file type does not match the specified type: a file of the type ${seen} was called ${kind}.`,
    );
  return { kind };
};

/** Throws SpillwayError `invalid_request` for more files than an app takes, or others. */
export const checkFiles = (feature: JsonObject, files: readonly JsonObject[]): void => {
  const most = own(feature, 'number_limits');
  if (files.length > MOST_FILES) throw invalid(`At most ${MOST_FILES} files are taken.`);
  if (own(feature, 'enabled') !== true) return;
  if (typeof most === 'number' && files.length > most)
    throw invalid(`At most ${most} files are taken.`);
  const rules = fileRulesOf(feature);
  for (const file of files) {
    const fault = fileFault(rules, file);
    if (fault !== undefined) throw invalid(`A file ${fault}.`);
  }
};

const invalid = (message: string): SpillwayError =>
  new SpillwayError('invalid_request', message, { param: 'files' });

/** Inputs in which files stand as callers write them → inputs in which they are files. */
export const acceptInputs = (known: FilesKnown, inputs: JsonObject): JsonObject => {
  const accept = (value: Json): Json =>
    isObject(value) && Object.hasOwn(value, 'transfer_method') && !isFile(value)
      ? acceptFile(known, value)
      : value;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(accept) : accept(value),
    ]),
  );
};
