/** What a model says, parted into its thoughts and its answer. */
export interface Said {
  readonly text: string;
  readonly thought: string;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Parts thoughts between `<think>` and `</think>` at the beginning of an answer from the answer,
 * while it comes. What may yet become a tag is held until that is clear.
 */
export class ThinkReader {
  #state: 'before' | 'inside' | 'after' = 'before';
  #held = '';

  push(delta: string): Said {
    this.#held += delta;
    let thought = '';
    if (this.#state === 'before') {
      const start = this.#held.trimStart();
      if (start.startsWith(OPEN)) {
        this.#state = 'inside';
        this.#held = start.slice(OPEN.length);
      } else if (OPEN.startsWith(start)) return { text: '', thought: '' };
      else this.#state = 'after';
    }
    if (this.#state === 'inside') {
      const end = this.#held.indexOf(CLOSE);
      if (end < 0) {
        const keep = tailOf(this.#held);
        thought = this.#held.slice(0, this.#held.length - keep);
        this.#held = this.#held.slice(this.#held.length - keep);
        return { text: '', thought };
      }
      thought = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + CLOSE.length).trimStart();
      // Blank lines between both belong to neither.
      this.#state = this.#held === '' ? 'before' : 'after';
    }
    const text = this.#held;
    this.#held = '';
    return { text, thought };
  }

  /** What was held, when nothing more comes. */
  end(): Said {
    const held = this.#held;
    this.#held = '';
    return this.#state === 'inside' ? { text: '', thought: held } : { text: held, thought: '' };
  }
}

/** How many characters at the end may be the beginning of the closing tag. */
const tailOf = (text: string): number => {
  for (let size = Math.min(CLOSE.length - 1, text.length); size > 0; size--)
    if (text.endsWith(CLOSE.slice(0, size))) return size;
  return 0;
};

/** A whole answer without any thoughts, wherever they stand: what is left is read by a program. */
export const withoutAnyThoughts = (text: string): string => {
  const lower = text.toLowerCase();
  let rest = '';
  let from = 0;
  for (;;) {
    const open = lower.indexOf('<think', from);
    const close = open < 0 ? -1 : lower.indexOf(CLOSE, open);
    if (close < 0) return rest + text.slice(from);
    rest += text.slice(from, open);
    from = close + CLOSE.length;
  }
};

/** A whole answer without the thoughts at its beginning. */
export const withoutThoughts = (text: string): string => {
  const reader = new ThinkReader();
  return reader.push(text).text + reader.end().text;
};
