import { unescaped } from '#core/unescaped.ts';
import { invalidParam } from '#service-api/dify-error.ts';

export interface FormPart {
  readonly name: string;
  /** Absent for a plain field. */
  readonly filename?: string;
  readonly type?: string;
  /** A view of the body. */
  readonly bytes: Buffer;
}

const MOST_PARTS = 100;
const LONGEST_HEAD = 8192;
const BREAK = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** The parts of a `multipart/form-data` body. Throws ApiError `invalid_param`. */
export const parseMultipart = (contentType: string, body: Buffer): FormPart[] => {
  const boundary = /^multipart\/form-data;.*\bboundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(
    contentType,
  );
  if (!boundary) throw invalidParam('The body must be multipart/form-data.');
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2]}`);
  const parts: FormPart[] = [];
  let at = body.indexOf(mark);
  while (at >= 0) {
    const start = at + mark.length;
    if (body.subarray(start, start + 2).toString('latin1') === '--') return parts;
    const headEnd = body.indexOf(HEAD_END, start);
    const next = body.indexOf(Buffer.concat([BREAK, mark]), start);
    if (headEnd < 0 || next < 0 || headEnd > next || headEnd - start > LONGEST_HEAD)
      throw invalidParam('The form is broken off.');
    if (parts.length === MOST_PARTS) throw invalidParam(`At most ${MOST_PARTS} fields are taken.`);
    const head = body.subarray(start + BREAK.length, headEnd).toString('utf8');
    parts.push({ ...readHead(head), bytes: body.subarray(headEnd + HEAD_END.length, next) });
    at = next + BREAK.length;
  }
  throw invalidParam('The form is broken off.');
};

const readHead = (head: string): Omit<FormPart, 'bytes'> => {
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const type = /^content-type:\s*(\S[^\r\n]*)$/im.exec(head)?.[1];
  const name = /\bname="([^"]*)"/i.exec(disposition)?.[1] ?? '';
  const encoded = /\bfilename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const plain = /\bfilename="([^"]*)"/i.exec(disposition)?.[1];
  const filename = encoded ? unescaped(encoded) : plain;
  return {
    name,
    ...(filename !== undefined && { filename }),
    ...(type && { type: type.trim() }),
  };
};
