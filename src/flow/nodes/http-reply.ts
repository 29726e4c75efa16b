import { Buffer } from 'node:buffer';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { unescaped } from '#core/unescaped.ts';
import { fileValue } from '#flow/file.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import type { FlowReply } from '#flow/ports.ts';

/** As Dify bounds a text, bytes. */
const MOST_TEXT_BYTES = 1024 * 1024;

/** What a node leaves of an answer: its text, or the file that it is. */
export const readReply = async (
  node: NodeRun<unknown>,
  { status, headers, body }: FlowReply,
  url: string,
): Promise<Record<string, Json>> => {
  const shown = Object.fromEntries(Object.entries(headers));
  if (isFileReply(headers, body)) {
    const mimeType = headers['content-type']?.split(';')[0]?.trim() || 'application/octet-stream';
    const name = withExtension(nameOf(headers, url), mimeType);
    const file = await serviceOf(node, 'files').keep({ name, mimeType, bytes: body });
    return { status_code: status, body: '', headers: shown, files: [fileValue(file)] };
  }
  if (body.length > MOST_TEXT_BYTES)
    throw new SpillwayError('too_large', 'The answer is a text of more than 1 MB.');
  const text = decode(body, headers['content-type']);
  return { status_code: status, body: text, headers: shown, files: [] };
};

const decode = (body: Uint8Array, type: string | undefined): string => {
  const charset = /charset=["']?([\w-]+)/i.exec(type ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return Buffer.from(body).toString('utf8');
  }
};

const TEXTS = /json|xml|javascript|x-www-form-urlencoded|yaml|graphql/;
const FILES = /^(application|image|audio|video)\//;
const PROBE_BYTES = 1024;

const isFileReply = (headers: FlowReply['headers'], body: Uint8Array): boolean => {
  if (/attachment|filename/i.test(headers['content-disposition'] ?? '')) return true;
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('text/') && !type.startsWith('text/csv')) return false;
  if (TEXTS.test(type) || !FILES.test(type)) return false;
  return !looksLikeText(body.subarray(0, PROBE_BYTES));
};

/** UTF-8 with something that only texts have. */
const looksLikeText = (bytes: Uint8Array): boolean => {
  if (bytes.includes(0)) return false;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return /[{[<]|\bfunction\b|=/.test(text);
  } catch {
    return false;
  }
};

/** A header comes as its bytes, one sign each; where they are UTF-8 that is what was meant. */
const meant = (header: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
};

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/svg+xml': '.svg',
  'audio/mpeg': '.mp3',
  'audio/wav': '.wav',
  'video/mp4': '.mp4',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
};

/** What an address says last is often no file's name: then the type says what it is. */
const withExtension = (name: string, mimeType: string): string =>
  /\.\w{1,8}$/.test(name) ? name : name + (EXTENSIONS[mimeType] ?? '');

const nameOf = (headers: FlowReply['headers'], url: string): string => {
  const disposition = meant(headers['content-disposition'] ?? '');
  const encoded = /filename\*=(?:UTF-8'')?([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  const name = encoded ? unescaped(encoded) : plain;
  const last = new URL(url).pathname.split('/').at(-1);
  return (name || unescaped(last ?? '') || 'file').replaceAll(/[\\/\0]/g, '_').slice(0, 255);
};
