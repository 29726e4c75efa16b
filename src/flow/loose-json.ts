import type { Json } from '#core/json.ts';

/**
 * JSON as models and people write it: in a fence, with words around it, with single quotes, with
 * commas too many, cut off at its end. Undefined when there is none in it. One pass, no backtracking.
 */
export const parseLooseJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const start = text.search(/[[{]/);
    if (start < 0) return undefined;
    return new LooseReader(text, start).value(0);
  }
};

const DEEPEST = 100;
const BARE = /[^\s,:[\]{}"'“”]/;

class LooseReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  value(depth: number): Json | undefined {
    this.#space();
    const character = this.#text[this.#at];
    if (character === undefined || depth > DEEPEST) return undefined;
    if (character === '{') return this.#object(depth);
    if (character === '[') return this.#array(depth);
    if (QUOTES[character]) return this.#string(QUOTES[character]);
    return this.#bare();
  }

  #space(): void {
    for (;;) {
      while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
      if (!this.#text.startsWith('//', this.#at)) return;
      const end = this.#text.indexOf('\n', this.#at);
      this.#at = end < 0 ? this.#text.length : end;
    }
  }

  #object(depth: number): Json {
    this.#at++;
    const entries: [string, Json][] = [];
    for (;;) {
      this.#space();
      const character = this.#text[this.#at];
      if (character === undefined || character === '}') {
        this.#at++;
        return Object.fromEntries(entries);
      }
      if (character === ',') {
        this.#at++;
        continue;
      }
      const before = this.#at;
      const quote = QUOTES[character];
      const key = quote ? this.#string(quote) : this.#word();
      this.#space();
      if (this.#text[this.#at] === ':') this.#at++;
      const value = this.value(depth + 1);
      if (key !== '' || value !== undefined) entries.push([key, value ?? null]);
      if (this.#at === before) this.#at++;
    }
  }

  #array(depth: number): Json {
    this.#at++;
    const items: Json[] = [];
    for (;;) {
      this.#space();
      const character = this.#text[this.#at];
      if (character === undefined || character === ']') {
        this.#at++;
        return items;
      }
      const before = this.#at;
      if (character === ',') this.#at++;
      else {
        const value = this.value(depth + 1);
        if (value !== undefined) items.push(value);
        if (this.#at === before) this.#at++;
      }
    }
  }

  /** A quote ends a text when what follows could stand there; otherwise somebody forgot to escape it. */
  #string(end: string): string {
    let text = '';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!;
      if (character === '\\') {
        text += this.#escape();
        continue;
      }
      if (character === end && this.#mayEnd()) {
        this.#at++;
        return text;
      }
      text += character;
    }
    return text;
  }

  #mayEnd(): boolean {
    let at = this.#at + 1;
    while (/[ \t\r\n]/.test(this.#text[at] ?? '')) at++;
    return at >= this.#text.length || /[,:\]}]/.test(this.#text[at]!);
  }

  #escape(): string {
    const next = this.#text[++this.#at] ?? '';
    if (next === 'u') {
      const code = Number.parseInt(this.#text.slice(this.#at + 1, this.#at + 5), 16);
      if (Number.isNaN(code)) return 'u';
      this.#at += 4;
      return String.fromCharCode(code);
    }
    return ESCAPES[next] ?? next;
  }

  #word(): string {
    const start = this.#at;
    while (BARE.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #bare(): Json | undefined {
    const word = this.#word();
    if (word === '') return undefined;
    if (WORDS.has(word.toLowerCase())) return WORDS.get(word.toLowerCase())!;
    const number = Number(word);
    return Number.isFinite(number) ? number : word;
  }
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['none', null],
  ['nan', null],
]);
