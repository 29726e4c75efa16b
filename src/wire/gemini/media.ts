import { type JsonObject, own } from '#core/json.ts';
import type { Part, Source } from '#wire/chat-request.ts';
import { bad } from '#wire/check.ts';
import { dataOf } from '#wire/data-url.ts';
import { field, textIn, without } from '#wire/gemini/fields.ts';

/** What a file is, by the end of its URL: some endpoints want to be told. */
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  html: 'text/html',
  csv: 'text/csv',
  md: 'text/markdown',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
};

/** What only the vendor finds: its own files, and a bucket's. */
const OWN_FILE = /^(?:gs:\/\/|files\/|https:\/\/generativelanguage\.googleapis\.com\/)/;

/** Pictures, sounds and all else that is a file, by its media type. */
const kindOf = (mediaType: string): 'image' | 'audio' | 'document' => {
  if (mediaType.startsWith('image/')) return 'image';
  return mediaType.startsWith('audio/') ? 'audio' : 'document';
};

/** `inlineData` or `fileData` of a part; undefined where it has none. Throws `invalid_request`. */
export const readMedia = (part: JsonObject, param: string): Part | undefined => {
  const inline = field(part, 'inlineData');
  if (typeof inline === 'object' && inline !== null && !Array.isArray(inline))
    return readInline(inline, `${param}.inlineData`);
  const file = field(part, 'fileData');
  if (typeof file === 'object' && file !== null && !Array.isArray(file))
    return readFile(file, `${param}.fileData`);
  return undefined;
};

const readInline = (inline: JsonObject, param: string): Part => {
  const data = textIn(inline, 'data') ?? bad(`${param}.data`, 'base64', own(inline, 'data'));
  const said = textIn(inline, 'mimeType');
  const mediaType = said ?? bad(`${param}.mimeType`, 'a media type', undefined);
  const name = textIn(inline, 'displayName');
  const source = dataOf(data, mediaType);
  return { kind: kindOf(mediaType), source, ...(name !== undefined && { name }) };
};

const readFile = (file: JsonObject, param: string): Part => {
  const uri = textIn(file, 'fileUri');
  if (uri === undefined) return bad(`${param}.fileUri`, 'a URI', undefined);
  const source: Source = OWN_FILE.test(uri) ? { kind: 'file', id: uri } : { kind: 'url', url: uri };
  const kind = kindOf(textIn(file, 'mimeType') ?? typeOfUrl(uri) ?? '');
  const more = without(file, ['fileUri']);
  return { kind, source, ...(Object.keys(more).length > 0 && { extra: { fileData: more } }) };
};

const typeOfUrl = (url: string): string | undefined => {
  const end = /\.(\w{2,5})(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(TYPES, end) ? TYPES[end] : undefined;
};

/** A file as Google takes it: bytes, its own files, and URLs that it fetches itself. */
export const writeMedia = (
  { source, extra }: { readonly source: Source; readonly extra?: JsonObject | undefined },
  param: string,
): JsonObject => {
  if (source.kind === 'data')
    return { inlineData: { mimeType: source.mediaType, data: source.data } };
  const fileUri = source.kind === 'url' ? source.url : source.id;
  if (source.kind === 'file' && !OWN_FILE.test(fileUri))
    bad(param, 'a file as data or by its URL: this model does not know the id of it', fileUri);
  const mimeType = typeOfUrl(fileUri);
  return { fileData: { ...(mimeType && { mimeType }), ...fileFields(extra), fileUri } };
};

const fileFields = (extra: JsonObject | undefined): JsonObject => {
  const said = extra && own(extra, 'fileData');
  return typeof said === 'object' && said !== null && !Array.isArray(said) ? said : {};
};
