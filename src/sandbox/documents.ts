import { SpillwayError } from '#core/errors.ts';
import { htmlText } from '#sandbox/html-text.ts';
import { markdownTable } from '#sandbox/markdown-table.ts';
import { bookText, slidesText } from '#sandbox/slides-text.ts';
import { wordsText } from '#sandbox/words-text.ts';
import { checkZip } from '#sandbox/zip-check.ts';

export interface DocumentJob {
  readonly bytes: Uint8Array;
  /** With its dot: `.pdf`. */
  readonly extension: string;
  /** Says what it is where its name does not. */
  readonly mimeType?: string;
}

const MOST_CHARS = 2_000_000;

/** A document's text. Throws SpillwayError `node_failed` for one that is not what it is called. */
export const documentText = async (job: DocumentJob): Promise<string> => {
  const { bytes } = job;
  const extension = extensionOf(job);
  const read = READERS[extension] ?? plainText;
  let text: string;
  try {
    text = await read(bytes);
  } catch (thrown) {
    if (thrown instanceof SpillwayError) throw thrown;
    const message = `This is no ${extension || 'text'} file, or a damaged one.`;
    throw new SpillwayError('node_failed', message, { cause: thrown });
  }
  if (text.length > MOST_CHARS)
    throw new SpillwayError('too_large', `The document has more than ${MOST_CHARS} characters.`);
  return text;
};

/** What an address is called is often no kind of a document: `download`, `export.php`. */
const extensionOf = ({ extension, mimeType = '' }: DocumentJob): string => {
  const named = extension.toLowerCase();
  if (Object.hasOwn(READERS, named) || TEXTS.test(named)) return named;
  const type = mimeType.split(';', 1)[0]!.trim().toLowerCase();
  return EXTENSIONS[type] ?? named;
};

const TEXTS = /^\.(?:txt|mdx?|markdown|json|ya?ml|xml|log|vtt|properties|eml)$/;
const OFFICE = 'application/vnd.openxmlformats-officedocument';
const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': '.pdf',
  [`${OFFICE}.wordprocessingml.document`]: '.docx',
  [`${OFFICE}.spreadsheetml.sheet`]: '.xlsx',
  [`${OFFICE}.presentationml.presentation`]: '.pptx',
  'application/epub+zip': '.epub',
  'application/xhtml+xml': '.html',
  'text/html': '.html',
  'text/csv': '.csv',
  'application/msword': '.doc',
  'application/vnd.ms-excel': '.xls',
  'application/vnd.ms-powerpoint': '.ppt',
  'application/vnd.ms-outlook': '.msg',
};

type Reader = (bytes: Uint8Array) => string | Promise<string>;

/** UTF-8, or what its marks say, or the old ways of Japan, China and the West, in this order. */
const plainText: Reader = (bytes) => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.subarray(0, 4096).includes(0))
    throw new SpillwayError(
      'node_failed',
      'This file is no text and no document that can be read.',
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return oldText(bytes);
  }
};

/** Half of these signs: what they make of a Chinese text, and nobody writes. */
const HALF_KANA = /[\uff61-\uff9f]/g;

const oldText = (bytes: Uint8Array): string => {
  const [japanese, chinese] = ['shift_jis', 'gb18030'].map((charset) => {
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes);
    } catch {
      return undefined;
    }
  });
  const isJapanese =
    japanese !== undefined && (japanese.match(HALF_KANA)?.length ?? 0) * 4 < japanese.length;
  if (isJapanese) return japanese;
  return chinese ?? japanese ?? new TextDecoder('windows-1252').decode(bytes);
};

const pdf: Reader = async (bytes) => {
  const { extractText, getDocumentProxy } = await import('unpdf');
  const document = await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 });
  const { text } = await extractText(document, { mergePages: true });
  return text;
};

const docx: Reader = async (bytes) => {
  checkZip(bytes);
  const { default: mammoth } = await import('mammoth');
  const { value } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes) },
    // Pictures are no words.
    { convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: '' })) },
  );
  return wordsText(value);
};

const xlsx: Reader = async (bytes) => {
  checkZip(bytes);
  const { default: readSheets } = await import('read-excel-file/node');
  const sheets = await readSheets(Buffer.from(bytes));
  return sheets
    .map(({ data }) => markdownTable(data.map((row) => row.map(cellText))))
    .filter((table) => table !== '')
    .join('\n\n');
};

const cellText = (cell: unknown): string => {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean'
    ? String(cell)
    : JSON.stringify(cell);
};

const csv: Reader = (bytes) => markdownTable(csvRows(plainText(bytes) as string));

/** Commas, quotes that may be doubled, lines: as spreadsheets write them. */
const csvRows = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    if (row.some((one) => one !== '')) rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (isQuoted && character === '"' && text[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) cell += character;
    else if (character === ',') endCell();
    else if (character === '\n') endRow();
    else if (character !== '\r') cell += character;
  }
  endRow();
  return rows;
};

const html: Reader = (bytes) => htmlText(plainText(bytes) as string);

const old: Reader = () => {
  throw new SpillwayError(
    'node_failed',
    'Files of this kind cannot be read; save it as docx, xlsx, pptx, pdf, csv, html or text.',
  );
};

const READERS: Readonly<Record<string, Reader>> = {
  '.pdf': pdf,
  '.docx': docx,
  '.xlsx': xlsx,
  '.csv': csv,
  '.pptx': slidesText,
  '.epub': bookText,
  '.html': html,
  '.htm': html,
  '.doc': old,
  '.xls': old,
  '.ppt': old,
  '.msg': old,
};
