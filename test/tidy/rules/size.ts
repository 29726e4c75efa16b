import { MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_PARAMETERS } from '../house.ts';
import type { Rule } from '../tree.ts';

/** Small files, small functions, few parameters. Tests keep to the first. */
export const size: Rule = function* ({ sources }) {
  for (const { path, text, facts, isTest } of sources) {
    const lines = text.split('\n').length - 1;
    if (lines > MAX_FILE_LINES) {
      const message = `${lines} lines, the limit is ${MAX_FILE_LINES}; split it by subject`;
      yield { path, line: MAX_FILE_LINES + 1, message };
    }
    if (isTest) continue;
    for (const { name, line, lines: length, parameters } of facts.functions) {
      if (length > MAX_FUNCTION_LINES) {
        const message = `${name} has ${length} lines, the limit is ${MAX_FUNCTION_LINES}; name its steps`;
        yield { path, line, message };
      }
      if (parameters > MAX_PARAMETERS) {
        const message = `${name} takes ${parameters} parameters, the limit is ${MAX_PARAMETERS}; take an object`;
        yield { path, line, message };
      }
    }
  }
};
