import { unescaped } from '#core/unescaped.ts';
import type { Source } from '#wire/chat-request.ts';

const HEAD = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w-]+=[^;,]*)*(;base64)?,/i;
/** A head is short; the rest may be megabytes, and is not searched. */
const HEAD_CHARS = 200;

/** How files of a type begin, in base64: what a caller calls them is often wrong, and vendors refuse that. */
const BEGINNINGS: readonly (readonly [beginning: string, mediaType: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['JVBERi0', 'application/pdf'],
];
const RIFF = 'UklGR';
/** RIFF holds sounds, too: what it is stands at byte 8. */
const WEBP = 'XRUJQ';
const WEBP_AT = 11;

/** A URL, or the bytes that a data URL carries, under the type that they have. */
export const sourceOf = (url: string): Source => {
  const head = url.startsWith('data:') ? HEAD.exec(url.slice(0, HEAD_CHARS)) : null;
  if (!head) return { kind: 'url', url };
  const said = head[1] ?? 'text/plain';
  const rest = url.slice(head[0].length);
  if (head[2] === undefined)
    return { kind: 'data', mediaType: said, data: Buffer.from(unescaped(rest)).toString('base64') };
  return { kind: 'data', mediaType: typeOf(rest) ?? said, data: rest };
};

/** Bytes that their caller says to be of `mediaType`. */
export const dataOf = (data: string, mediaType: string): Source => ({
  kind: 'data',
  mediaType: typeOf(data) ?? mediaType,
  data,
});

export const dataUrl = (mediaType: string, data: string): string =>
  `data:${mediaType};base64,${data}`;

const typeOf = (data: string): string | undefined => {
  if (data.startsWith(RIFF)) return data.startsWith(WEBP, WEBP_AT) ? 'image/webp' : undefined;
  return BEGINNINGS.find(([beginning]) => data.startsWith(beginning))?.[1];
};
