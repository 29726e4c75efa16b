import { headerLine } from '#core/header-text.ts';

/**
 * The headers of an answer, as the lines that they become: most of them stand ready, or are numbers. Their
 * names are the program's own.
 */
export class AnswerHead {
  #lines = '';

  /** Throws an Error that names the header whose value is none. */
  add(name: string, value: string): void {
    this.#lines += headerLine(name, value);
  }

  /** Lines whose values are known to be sound, each with its end. */
  addLines(lines: string): void {
    this.#lines += lines;
  }

  get lines(): string {
    return this.#lines;
  }

  /** Names and values in turn, as `writeHead` takes them. */
  get pairs(): string[] {
    return this.#lines.split('\r\n').flatMap((line) => {
      const end = line.indexOf(': ');
      return end < 0 ? [] : [line.slice(0, end), line.slice(end + 2)];
    });
  }
}
