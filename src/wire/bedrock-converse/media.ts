import type { JsonObject } from '#core/json.ts';
import type { Part, Source } from '#wire/chat-request.ts';

type MediaKind = Extract<Part, { source: Source }>['kind'];

/** The vendor's short names of media types, by kind of block. The first of several is written. */
const FORMATS: Readonly<Record<MediaKind, readonly (readonly [string, string])[]>> = {
  image: [
    ['image/png', 'png'],
    ['image/jpeg', 'jpeg'],
    ['image/jpg', 'jpeg'],
    ['image/gif', 'gif'],
    ['image/webp', 'webp'],
  ],
  document: [
    ['application/pdf', 'pdf'],
    ['text/csv', 'csv'],
    ['application/msword', 'doc'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
    ['application/vnd.ms-excel', 'xls'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
    ['text/html', 'html'],
    ['text/plain', 'txt'],
    ['text/markdown', 'md'],
  ],
  audio: [
    ['audio/mpeg', 'mp3'],
    ['audio/mp3', 'mp3'],
    ['audio/wav', 'wav'],
    ['audio/x-wav', 'wav'],
    ['audio/flac', 'flac'],
    ['audio/ogg', 'ogg'],
    ['audio/opus', 'opus'],
    ['audio/aac', 'aac'],
    ['audio/mp4', 'm4a'],
    ['audio/webm', 'webm'],
  ],
};

/** How the bytes of images begin, in base64: what a caller says of them may be wrong, and is refused. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'png'],
  ['/9j/', 'jpeg'],
  ['R0lGOD', 'gif'],
  ['UklGR', 'webp'],
];

/** The vendor's word for a kind of bytes; undefined where it has none. */
export const formatOf = (kind: MediaKind, mediaType: string, data = ''): string | undefined => {
  const shown = kind === 'image' && BEGINNINGS.find(([beginning]) => data.startsWith(beginning));
  if (shown) return shown[1];
  const said = mediaType.split(';', 1)[0]!.trim().toLowerCase();
  return FORMATS[kind].find(([type]) => type === said)?.[1];
};

export const mediaTypeOf = (kind: MediaKind, format: string): string | undefined =>
  FORMATS[kind].find(([, name]) => name === format)?.[0];

/** The kinds of media that the vendor takes, for who sent another. */
export const takenTypes = (kind: MediaKind): string =>
  FORMATS[kind].map(([type]) => type).join(', ');

/** Where a file lies; undefined where only bytes will do. */
export const storedAt = (source: Source): JsonObject | undefined =>
  source.kind === 'url' && source.url.startsWith('s3://')
    ? { s3Location: { uri: source.url } }
    : undefined;
