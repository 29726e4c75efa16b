import { extname } from 'node:path';
import type { FileKind, FlowFile } from '#flow/file.ts';
import { mediaType } from '#flow/media-type.ts';

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
  // Cut between the halves of a sign, a name could stand in no header any more.
  const clean =
    name
      .replaceAll(/[\\/\p{Cc}]/gu, '_')
      .slice(-255)
      .toWellFormed() || 'file';
  const extension = extname(clean).toLowerCase();
  const said = mediaType(mimeType);
  const type = said === 'application/octet-stream' ? (TYPES[extension] ?? said) : said;
  const [main] = type.split('/');
  const kind: FileKind =
    main === 'image' || main === 'audio' || main === 'video'
      ? main
      : main === 'text' || OFFICE.test(extension)
        ? 'document'
        : 'custom';
  return { name: clean, extension, mimeType: type, kind };
};

/** How pictures begin, at which byte: what is called one and is none is not sent to a model. */
const BEGINNINGS: Readonly<Record<string, readonly (readonly [at: number, hex: string])[]>> = {
  'image/png': [[0, '89504e470d0a1a0a']],
  'image/jpeg': [[0, 'ffd8ff']],
  'image/gif': [[0, '47494638']],
  'image/webp': [
    [0, '52494646'],
    [8, '57454250'],
  ],
};

/** Whether bytes begin as files of their type do; what has no beginning of its own always does. */
export const isWhatItSays = (
  { mimeType }: Pick<FlowFile, 'mimeType'>,
  bytes: Uint8Array,
): boolean =>
  (BEGINNINGS[mimeType] ?? []).every(([at, hex]) =>
    Buffer.from(bytes.subarray(at, at + hex.length))
      .toString('hex')
      .startsWith(hex),
  );
