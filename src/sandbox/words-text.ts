import { htmlText } from '#sandbox/html-text.ts';
import { markdownTable } from '#sandbox/markdown-table.ts';

/** Between paragraphs; no document holds it. */
const BREAK = '\u0001';
/** One within another is read as lines. */
const TABLE = /<table>([^]*?)<\/table>/g;
const CELL = /<t[dh][^>]*>([^]*?)<\/t[dh]>/g;

/** A docx that has become a page, as its paragraphs, with its tables as those of Markdown. */
export const wordsText = (page: string): string => {
  const parted = page
    .replaceAll(TABLE, (whole, rows: string) => (rows.includes('<table>') ? whole : table(rows)))
    .replaceAll(/<\/(?:p|h[1-6]|li|table)>|<[uo]l>/g, `$&${BREAK}`);
  const paragraphs = htmlText(parted).split(BREAK);
  return paragraphs
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
};

const table = (rows: string): string => {
  const cells = rows
    .split('</tr>')
    .map((row) => Array.from(row.matchAll(CELL), ([, cell = '']) => htmlText(cell)));
  return `<p>${escaped(markdownTable(cells))}</p>`;
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
