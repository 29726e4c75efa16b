export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log lines: an event's fields, then one sentence. Never a secret, never a prompt. */
export type Log = Record<
  LogLevel,
  (fields: Readonly<Record<string, unknown>>, text: string) => void
>;

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
