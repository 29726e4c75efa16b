import type { Source } from '#wire/chat-request.ts';
import type { FilePart } from '#wire/linked-parts.ts';

/** How files begin. What is one tells this, and not what a server says of it. */
const BEGINNINGS: readonly (readonly [at: number, bytes: string, mediaType: string])[] = [
  [0, '\x89PNG\r\n\x1a\n', 'image/png'],
  [0, '\xff\xd8\xff', 'image/jpeg'],
  [0, 'GIF8', 'image/gif'],
  [8, 'WEBP', 'image/webp'],
  [0, '%PDF-', 'application/pdf'],
  [0, 'ID3', 'audio/mpeg'],
  [0, '\xff\xfb', 'audio/mpeg'],
  [0, '\xff\xf3', 'audio/mpeg'],
  [8, 'WAVE', 'audio/wav'],
  [0, 'fLaC', 'audio/flac'],
  [0, 'OggS', 'audio/ogg'],
];

/** Files of offices are archives, or hold a store of their own: which one, only their server tells. */
const OFFICE = /^application\/(?:msword$|vnd\.(?:openxmlformats-officedocument|ms-excel))/;
const OFFICE_BEGINNINGS = ['PK\x03\x04', '\xd0\xcf\x11\xe0'];

const TEXT = /^(?:text\/[\w.+-]+|application\/(?:json|xml|yaml))$/;

/**
 * Bytes as the kind of file that they must be; undefined where they are none. `said`: the media type
 * that their server gave, believed only where the bytes do not tell and do not deny it.
 */
export const fetchedSource = (
  kind: FilePart['kind'],
  bytes: Buffer,
  said: string,
): Source | undefined => {
  const mediaType = typeOf(bytes, said.split(';', 1)[0]!.trim().toLowerCase());
  const isWanted =
    kind === 'document'
      ? mediaType !== undefined && !/^(?:image|audio)\//.test(mediaType)
      : mediaType?.startsWith(`${kind}/`);
  return isWanted && mediaType !== undefined
    ? { kind: 'data', mediaType, data: bytes.toString('base64') }
    : undefined;
};

const HEAD_BYTES = 16;

const typeOf = (bytes: Buffer, said: string): string | undefined => {
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  const shown = BEGINNINGS.find(([at, beginning]) => head.startsWith(beginning, at));
  if (shown) return shown[2];
  if (OFFICE.test(said) && OFFICE_BEGINNINGS.some((beginning) => head.startsWith(beginning)))
    return said;
  if (!isText(bytes)) return undefined;
  return TEXT.test(said) ? said : 'text/plain';
};

const isText = (bytes: Buffer): boolean => {
  if (bytes.length === 0 || bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};
