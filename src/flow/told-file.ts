import { unescaped } from '#core/unescaped.ts';
import type { FlowFile } from '#flow/file.ts';
import type { FlowReply } from '#flow/ports.ts';

/** What an answer's headers, or else its address, say of the file in it. */
export const toldFile = (
  headers: FlowReply['headers'],
  url: string,
): Pick<FlowFile, 'name' | 'mimeType'> => {
  const mimeType = headers['content-type']?.split(';')[0]?.trim() || 'application/octet-stream';
  return { name: withExtension(nameOf(headers, url), mimeType), mimeType };
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
