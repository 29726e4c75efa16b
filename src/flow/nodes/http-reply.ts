import { Buffer } from 'node:buffer';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { fileValue } from '#flow/file.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import type { FlowReply } from '#flow/ports.ts';
import { toldFile } from '#flow/told-file.ts';

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
    const { name, mimeType } = toldFile(headers, url);
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
  if (!FILES.test(type)) return false;
  // What else is called a picture or a sound is one, though it may be written in letters.
  if (!type.startsWith('application/')) return true;
  return !TEXTS.test(type) && !looksLikeText(body.subarray(0, PROBE_BYTES));
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
