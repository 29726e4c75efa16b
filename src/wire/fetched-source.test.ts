import { expect, test } from 'vitest';
import { fetchedSource } from '#wire/fetched-source.ts';
import type { FilePart } from '#wire/linked-parts.ts';

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]);
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

test.each<[FilePart['kind'], Buffer | string, string, string | undefined]>([
  ['image', JPEG, 'text/html', 'image/jpeg'],
  ['image', JPEG, '', 'image/jpeg'],
  ['image', '<svg/>', 'image/svg+xml', undefined],
  ['image', '%PDF-1.7', 'image/png', undefined],
  ['image', 'GIF89a', 'image/png', 'image/gif'],
  ['image', 'RIFF\x01\x02\x03\x04WEBP', 'image/webp', 'image/webp'],
  ['audio', 'RIFF\x01\x02\x03\x04WAVE', 'audio/mpeg', 'audio/wav'],
  ['audio', 'words', 'audio/mpeg', undefined],
  ['document', '%PDF-1.7', 'text/plain', 'application/pdf'],
  ['document', 'PK\x03\x04…', DOCX, DOCX],
  ['document', 'no archive', DOCX, 'text/plain'],
  ['document', 'a;b', 'text/csv; charset=utf-8', 'text/csv'],
  ['document', 'a;b', 'application/octet-stream', 'text/plain'],
  ['document', Buffer.from([1, 0, 2]), 'text/plain', undefined],
  ['document', Buffer.from([0xc3, 0x28]), 'text/plain', undefined],
  ['document', JPEG, 'application/pdf', undefined],
  ['document', '', 'text/plain', undefined],
])('%s of %j, said to be %j, is %s', (kind, content, said, mediaType) => {
  const bytes = Buffer.from(content as string, 'utf8');
  const source = fetchedSource(kind, typeof content === 'string' ? bytes : content, said);
  expect(source && 'mediaType' in source ? source.mediaType : undefined).toBe(mediaType);
});
