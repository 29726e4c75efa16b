import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Part } from '#wire/chat-request.ts';

/** Calls of one conversation, so that an answer finds the call that it is for. */
export class Calls {
  readonly #open: { readonly id: string; readonly name: string }[] = [];
  #count = 0;

  /** A call has its own id, or one by its place: not all models give one. */
  opened(name: string, id: string | undefined): string {
    const given = id ?? `${MADE}${this.#count}`;
    this.#count++;
    this.#open.push({ id: given, name });
    return given;
  }

  /** The call that a result without an id is for: the oldest one of its name that has none yet. */
  answered(name: string | undefined, id: string | undefined): string {
    const at = this.#open.findIndex((call) =>
      id === undefined ? call.name === name : call.id === id,
    );
    const [call] = at < 0 ? [] : this.#open.splice(at, 1);
    return id ?? call?.id ?? `${MADE}${this.#count++}`;
  }
}

const MADE = 'call_';

/** Whether an id says nothing but a place in the conversation. */
export const isMade = (id: string): boolean => /^call_\d+$/.test(id);

/** Arguments as an object. Broken ones become none: there is no place for a text. */
export const argsOf = (input: string): JsonObject => {
  try {
    const args = JSON.parse(input) as Json;
    return isObject(args) ? args : {};
  } catch {
    return {};
  }
};

/** Under these names Google's clients put what a tool said, and that it failed. */
const OUTPUT = ['output', 'result'];
const ERROR = 'error';

/** A tool's answer is an object; one that only wraps a text is that text. */
export const readResponse = (
  response: JsonObject,
): { readonly content: readonly Part[]; readonly isError?: boolean } => {
  const [only, ...others] = Object.entries(response);
  if (only && others.length === 0 && typeof only[1] === 'string') {
    const content: Part[] = [{ kind: 'text', text: only[1] }];
    if (OUTPUT.includes(only[0])) return { content };
    if (only[0] === ERROR) return { content, isError: true };
  }
  return { content: [{ kind: 'text', text: JSON.stringify(response) }] };
};

export const writeResponse = (text: string, isError: boolean): JsonObject => {
  if (isError) return { [ERROR]: text };
  try {
    const said = JSON.parse(text) as Json;
    if (isObject(said) && !isWrapped(said)) return said;
  } catch {
    // A plain text: wrapped below.
  }
  return { output: text };
};

/** An object that would be taken for a wrapped text. */
const isWrapped = (said: JsonObject): boolean => {
  const keys = Object.keys(said);
  return keys.length === 1 && [...OUTPUT, ERROR].some((key) => typeof own(said, key) === 'string');
};
