/** One record of a CSV text. */
export interface CsvRecord {
  /** Of the text, where it begins; the first is 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

const QUOTE = '"';

/**
 * RFC 4180, as databases write it: fields may stand in quotes, with line breaks, commas and doubled
 * quotes inside. Empty lines are left out. A quote that is never closed takes the rest of the text.
 */
export function* readCsv(text: string): Generator<CsvRecord> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const begin = line;
    const fields: string[] = [];
    let isOver = false;
    while (!isOver) {
      const field = text[at] === QUOTE ? quoted(text, at) : plain(text, at);
      fields.push(field.value);
      line += field.breaks;
      at = field.end;
      if (text[at] === ',') at++;
      else isOver = true;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    if (fields.length > 1 || fields[0] !== '') yield { line: begin, fields };
  }
}

interface Field {
  readonly value: string;
  /** Of what ends it: a comma, a line break or the text's end. */
  readonly end: number;
  readonly breaks: number;
}

const plain = (text: string, start: number): Field => {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++;
  if (text[end] !== ',' && text[end - 1] === '\r' && end > start) end--;
  return { value: text.slice(start, end), end, breaks: 0 };
};

const quoted = (text: string, start: number): Field => {
  let value = '';
  let at = start + 1;
  for (;;) {
    const close = text.indexOf(QUOTE, at);
    value += text.slice(at, close < 0 ? text.length : close);
    at = close < 0 ? text.length : close + 1;
    if (text[at] !== QUOTE) break;
    value += QUOTE;
    at++;
  }
  // What stands behind a closing quote belongs to no field: it is passed over.
  const rest = plain(text, at);
  return { value, end: rest.end, breaks: value.split('\n').length - 1 };
};
