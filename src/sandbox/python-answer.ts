import { isObject, type JsonObject } from '#core/json.ts';
import type { CodeOutcome } from '#sandbox/javascript.ts';
import { RETURNED_TOO_MUCH } from '#sandbox/task.ts';

export interface PythonAnswer {
  readonly outcome: CodeOutcome;
  /** Something of this program is left in its interpreter, which runs no other then. */
  readonly isSpent: boolean;
}

export const BROKEN: CodeOutcome = { error: 'The code broke what runs it.', kind: 'code' };
export const TOO_MUCH_MEMORY: CodeOutcome = {
  error: 'The code needs more than 256 MB.',
  kind: 'memory',
};

/** An answer is JSON within JSON: one of more than this has returned too much. */
export const LONGEST_ANSWER = 8 * 1024 * 1024;
/** The last lines of a traceback are what its writer needs. */
const LONGEST_ERROR = 2000;

/** Undefined for what is no answer to the program of this token: whatever runs there may come to write lines. */
export const answerIn = (line: string, token: string): PythonAnswer | undefined => {
  if (line.length > LONGEST_ANSWER) return { outcome: RETURNED_TOO_MUCH, isSpent: true };
  const said = parsed(line);
  if (!isObject(said) || said['token'] !== token) return undefined;
  return { outcome: outcomeIn(said), isSpent: said['isSpent'] !== false };
};

const outcomeIn = ({ json, error, isTooLong }: JsonObject): CodeOutcome => {
  if (typeof json === 'string') return { json };
  if (isTooLong === true) return RETURNED_TOO_MUCH;
  return failed(typeof error === 'string' ? error.trim() : '');
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const failed = (text: string): CodeOutcome => {
  if (/\bMemoryError\b/.test(text)) return TOO_MUCH_MEMORY;
  const own = text.slice(Math.max(0, text.indexOf('File "main.py"')));
  return { error: own.slice(-LONGEST_ERROR), kind: 'code' };
};
