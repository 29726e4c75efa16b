import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { SpillwayError } from '#core/errors.ts';
import { isJson } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type FlowFile, readFile } from '#flow/file.ts';
import { parseLooseJson } from '#flow/loose-json.ts';
import { mediaType } from '#flow/media-type.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import { selectorsAt } from '#flow/variables.ts';

const itemSchema = z.object({
  key: z.string().nullish(),
  type: z.string().nullish(),
  value: z.string().nullish(),
  file: z.array(z.string()).nullish(),
});

export const bodySchema = z
  .object({
    type: z.string().nullish(),
    data: z.union([z.array(itemSchema), z.string()]).nullish(),
  })
  .nullish();

export type HttpBody = z.infer<typeof bodySchema>;
type Item = z.infer<typeof itemSchema>;

export interface WrittenBody {
  /** Unless the flow says otherwise. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whatever the flow says: without them nobody could read it. */
  readonly framing?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

type Fill = (text: string) => string;

/** Throws SpillwayError `node_failed` for a body that does not become what it shall be. */
export const writeBody = async (
  node: NodeRun<unknown>,
  body: HttpBody,
  fill: Fill,
): Promise<WrittenBody> => {
  const items = Array.isArray(body?.data) ? body.data : linesIn(body?.data ?? '');
  const text = typeof body?.data === 'string' ? body.data : (items[0]?.value ?? '');
  switch (body?.type) {
    case 'raw-text':
      return { headers: { 'Content-Type': 'text/plain' }, body: fill(text) };
    case 'json':
      return { headers: { 'Content-Type': 'application/json' }, body: jsonText(fill(text)) };
    case 'x-www-form-urlencoded': {
      const form = new URLSearchParams();
      for (const { key, value } of items) form.append(fill(key ?? ''), fill(value ?? ''));
      return {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      };
    }
    case 'binary': {
      const [file] = filesOf(node, items[0]);
      if (!file) throw new SpillwayError('node_failed', 'The file to send has no value.');
      return {
        headers: { 'Content-Type': mediaType(file.mimeType) },
        body: await bytesOf(node, file),
      };
    }
    case 'form-data':
      return multipart(node, items, fill);
    default:
      return { headers: {} };
  }
};

/** Old files have a form as lines, `key:value`. */
const linesIn = (text: string): Item[] =>
  text.split('\n').flatMap((line) => {
    const [key = '', ...value] = line.split(':');
    return line.trim() === '' ? [] : [{ key: key.trim(), value: value.join(':').trim() }];
  });

const jsonText = (text: string): string => {
  if (text.trim() === '') return '';
  // JSON goes as it is written: numbers have more digits than we could count.
  if (isJson(text)) return text;
  const value = parseLooseJson(text);
  if (value === undefined)
    throw new SpillwayError('node_failed', 'The body is not valid JSON, even when read leniently.');
  return JSON.stringify(value);
};

const filesOf = ({ read }: NodeRun<unknown>, item: Item | undefined): FlowFile[] => {
  const value = selectorsAt(item?.file).map((selector) => read(selector))[0] ?? null;
  return (Array.isArray(value) ? value : [value]).flatMap((one) => readFile(one) ?? []);
};

const bytesOf = (node: NodeRun<unknown>, file: FlowFile): Promise<Uint8Array> =>
  serviceOf(node, 'files').read(file, node.signal);

const multipart = async (
  node: NodeRun<unknown>,
  items: readonly Item[],
  fill: Fill,
): Promise<WrittenBody> => {
  const parts: { head: string; bytes: Uint8Array }[] = [];
  for (const item of items) {
    const name = quoted(fill(item.key ?? ''));
    if (item.type !== 'file') {
      parts.push({ head: `form-data; name=${name}`, bytes: Buffer.from(fill(item.value ?? '')) });
      continue;
    }
    for (const file of filesOf(node, item)) {
      const head =
        `form-data; name=${name}; filename=${quoted(file.name)}` +
        `\r\nContent-Type: ${mediaType(file.mimeType)}`;
      parts.push({ head, bytes: await bytesOf(node, file) });
    }
  }
  const boundary = boundaryFor(parts.map(({ bytes }) => bytes));
  const body = Buffer.concat([
    ...parts.flatMap(({ head, bytes }) => [
      Buffer.from(`--${boundary}\r\nContent-Disposition: ${head}\r\n\r\n`),
      bytes,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  const type = `multipart/form-data; boundary=${boundary}`;
  return { headers: {}, framing: { 'Content-Type': type }, body };
};

/** As Dify's client writes it: no sign of a name ends the name, or the head that it stands in. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/["\p{Cc}]/gu, (sign) => encodeURIComponent(sign))}"`;

/** A line that stands in none of the parts: their own digest, so that equal bodies are equal. */
const boundaryFor = (parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `form-${hash.digest('hex').slice(0, 40)}`;
};
