import type { Log, LogLevel } from '#core/log.ts';
import { LineWriter } from '#server/line-writer.ts';

const STDERR = 2;
/** Most of the log that waits for a reader who is behind, bytes. */
const LIMIT_BYTES = 4_194_304;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Structured lines on standard error, one JSON object each; written in batches, off the request's
 * path. For a person at a terminal the same facts as one readable line.
 */
export const createLog = (options: { level: LogLevel; readable: boolean }): Log => {
  if (options.readable) return logTo(options.level, writeReadable);
  const writer = new LineWriter({
    fd: STDERR,
    limitBytes: LIMIT_BYTES,
    leftOut: (lines) => jsonLine('warn', { lines }, 'lines left out: nobody reads the log in time'),
  });
  process.once('exit', () => writer.end());
  return logTo(options.level, (level, fields, text) =>
    writer.write(...jsonLine(level, fields, text)),
  );
};

/** In pieces: copying the facts into one object, or all into one text, takes longer than writing them. */
const jsonLine = (level: LogLevel, fields: Fields, text: string): readonly string[] => {
  const facts = JSON.stringify(fields).slice(1, -1);
  const begin = beginOf(level, Date.now());
  const end = endOf(text);
  return facts === '' ? [begin, end.slice(1)] : [begin, facts, end];
};

/** How the last line began and ended: where there are many, most of the next ones do so, too. */
let begun = { level: 'debug', wallMs: 0, text: '' };
let ended = { saying: '', text: '' };

const beginOf = (level: LogLevel, wallMs: number): string => {
  if (begun.wallMs !== wallMs || begun.level !== level)
    begun = { level, wallMs, text: `{"level":"${level}","time":${wallMs},` };
  return begun.text;
};

const endOf = (saying: string): string => {
  if (ended.saying !== saying || ended.text === '')
    ended = { saying, text: `,"msg":${JSON.stringify(saying)}}` };
  return ended.text;
};

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

const logTo = (
  least: LogLevel,
  write: (level: LogLevel, fields: Fields, text: string) => void,
): Log => {
  const at = (level: LogLevel): Log[LogLevel] =>
    LEVELS.indexOf(level) < LEVELS.indexOf(least)
      ? () => {}
      : (fields, text) => write(level, fields, text);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

const writeReadable = (level: LogLevel, fields: Fields, text: string): void => {
  const time = new Date().toTimeString().slice(0, 8);
  const all = level === 'debug';
  const facts = Object.entries(fields).flatMap(([key, value]) => fact(key, value, all));
  process.stderr.write(`${time} ${level.padEnd(5)} ${text}  ${facts.join(' ')}\n`);
};

/** Nested facts (a whole decision) are for machines, and for people who want to see all. */
const fact = (key: string, value: unknown, all: boolean): string[] => {
  const plain =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (plain) return [`${key}=${value}`];
  return all && value !== undefined ? [`${key}=${JSON.stringify(value)}`] : [];
};
