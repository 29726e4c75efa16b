/** Where V8 does not say it, a fault is looked for in texts up to here: each look reads half of what is left, characters. */
const SEARCHED_CHARS = 65_536;
const TOKEN = 'Unexpected token';

/**
 * Where a text stops being JSON, in words; undefined where that would take too long to find. V8 quotes the
 * text around a fault: a prompt does not belong in an error.
 */
export const faultIn = (text: string, thrown: unknown): string | undefined => {
  const said = messageOf(thrown);
  const where = /position \d+(?: \(line \d+ column \d+\))?/.exec(said)?.[0];
  if (where !== undefined) return where;
  if (!said.startsWith(TOKEN)) return `position ${text.length}, its end`;
  return text.length <= SEARCHED_CHARS ? `position ${tokenIn(text)}` : undefined;
};

/** What comes before an unexpected token ends too early, without it, and all that is longer has the same fault. */
const tokenIn = (text: string): number => {
  let [well, ill] = [0, text.length];
  while (ill - well > 1) {
    const middle = Math.floor((well + ill) / 2);
    if (breaksAtToken(text.slice(0, middle))) ill = middle;
    else well = middle;
  }
  return well;
};

const breaksAtToken = (text: string): boolean => {
  try {
    JSON.parse(text);
    return false;
  } catch (thrown) {
    return messageOf(thrown).startsWith(TOKEN);
  }
};

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : '');
