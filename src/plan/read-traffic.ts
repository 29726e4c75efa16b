import { readCsv } from '#core/csv.ts';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject, setOwn } from '#core/json.ts';
import { completeTraffic } from '#plan/complete-traffic.ts';
import { BrokenLine, type LineRead } from '#plan/log-fields.ts';
import { isOwnLine, readOwnLine } from '#plan/own-log.ts';
import { isSpendRow, readSpendRow } from '#plan/spend-log.ts';
import type { LineFault, LoggedRequest, Traffic } from '#plan/traffic.ts';

/** Broken lines that are named. */
const MOST_NAMED = 10;
/** So many requests are replayed in one go. */
const MOST_REQUESTS = 5_000_000;

type Entry =
  | { readonly line: number; readonly fields: JsonObject }
  | { readonly line: number; readonly why: string };

const NO_OBJECT = 'it is no JSON object';

/**
 * A log's text → its requests: our own records or LiteLLM's spend logs, as JSON lines, a JSON list
 * or CSV. Broken lines are counted and left out. Throws SpillwayError `invalid_request` where no line
 * is a request, or there are too many.
 */
export const readTraffic = (text: string, file: string): Traffic => {
  const requests: LoggedRequest[] = [];
  const first: LineFault[] = [];
  const passedOver = new Map<number, number>();
  let broken = 0;
  for (const entry of entriesOf(text)) {
    const { line } = entry;
    const read = 'why' in entry ? entry : readEntry(entry.fields, line);
    if ('request' in read) requests.push(read.request);
    else if ('status' in read) passedOver.set(read.status, (passedOver.get(read.status) ?? 0) + 1);
    else {
      broken++;
      if (first.length < MOST_NAMED) first.push({ line, why: read.why });
    }
    if (requests.length > MOST_REQUESTS)
      throw invalid(`${file} has more than ${MOST_REQUESTS} requests; take a part of it.`);
  }
  if (requests.length === 0) throw invalid(nothing(file, first));
  return {
    requests: completeTraffic(requests.toSorted((a, b) => a.wallMs - b.wallMs)),
    broken: { count: broken, first },
    passedOver,
  };
};

const readEntry = (fields: JsonObject, line: number): LineRead<LoggedRequest> => {
  try {
    if (isOwnLine(fields)) return readOwnLine(fields, line);
    if (isSpendRow(fields)) return readSpendRow(fields, line);
    return { why: 'it has neither `time` and `group` nor `startTime`' };
  } catch (thrown) {
    if (thrown instanceof BrokenLine) return { why: thrown.message };
    throw thrown;
  }
};

function* entriesOf(text: string): Generator<Entry> {
  const begin = text.slice(0, 1_000).trimStart()[0];
  if (begin === '{') yield* jsonLines(text);
  else if (begin === '[') yield* jsonList(text);
  else yield* csvRows(text);
}

function* jsonLines(text: string): Generator<Entry> {
  let line = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    line++;
    const one = text.slice(start, stop);
    if (one.trim() !== '') yield entryOf(parsed(one), line);
    start = stop + 1;
  }
}

function* jsonList(text: string): Generator<Entry> {
  let list: Json;
  try {
    list = JSON.parse(text) as Json;
  } catch {
    yield { line: 1, why: 'it begins as a JSON list and is none' };
    return;
  }
  if (Array.isArray(list)) for (const [i, value] of list.entries()) yield entryOf(value, i + 1);
}

function* csvRows(text: string): Generator<Entry> {
  let head: readonly string[] | undefined;
  for (const { line, fields } of readCsv(text)) {
    if (!head) {
      head = fields;
      continue;
    }
    if (fields.length !== head.length) {
      yield { line, why: `it has ${fields.length} fields, the first line has ${head.length}` };
      continue;
    }
    const row: JsonObject = {};
    for (const [i, name] of head.entries()) setOwn(row, name, fields[i] ?? '');
    yield { line, fields: row };
  }
}

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
};

const entryOf = (value: Json, line: number): Entry =>
  isObject(value) ? { line, fields: value } : { line, why: NO_OBJECT };

const invalid = (message: string): SpillwayError => new SpillwayError('invalid_request', message);

const nothing = (file: string, [fault]: readonly LineFault[]): string =>
  `${file} has no request that can be replayed${fault ? ` (line ${fault.line}: ${fault.why})` : ''}. ` +
  'It reads the records of `spillway tail --json`, and LiteLLM_SpendLogs as CSV or JSON.';
