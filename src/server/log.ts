import { pino } from 'pino';
import type { Log, LogLevel } from '#core/log.ts';

/** Lines wait at most this long before they are written, ms. */
const FLUSH_MS = 500;

/**
 * Structured lines on standard error, one JSON object each; written in batches, off the request's
 * path. For a person at a terminal the same facts as one readable line.
 */
export const createLog = (options: { level: LogLevel; readable: boolean }): Log => {
  if (options.readable) return readableLog(options.level);
  const destination = pino.destination({
    fd: 2,
    sync: false,
    minLength: 8192,
    periodicFlush: FLUSH_MS,
  });
  const logger = pino({ level: options.level, base: null }, destination);
  process.once('exit', () => destination.flushSync());
  return logger;
};

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

const readableLog = (least: LogLevel): Log => {
  const write = (level: LogLevel) => (fields: Readonly<Record<string, unknown>>, text: string) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    const time = new Date().toTimeString().slice(0, 8);
    const all = level === 'debug';
    const facts = Object.entries(fields).flatMap(([key, value]) => fact(key, value, all));
    process.stderr.write(`${time} ${level.padEnd(5)} ${text}  ${facts.join(' ')}\n`);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

/** Nested facts (a whole decision) are for machines, and for people who want to see all. */
const fact = (key: string, value: unknown, all: boolean): string[] => {
  const plain =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (plain) return [`${key}=${value}`];
  return all ? [`${key}=${JSON.stringify(value)}`] : [];
};
