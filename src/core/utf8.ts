/** Most bytes of one UTF-16 unit in UTF-8: so many times its length a text takes at most. */
export const MOST_UTF8 = 3;

/** How long they are together, UTF-16 units. */
export const charsOf = (pieces: readonly string[]): number => {
  let chars = 0;
  for (const piece of pieces) chars += piece.length;
  return chars;
};

/** Writes them one after the other, each of whole characters, where there is room for all; where they end. */
export const writePieces = (bytes: Buffer, pieces: readonly string[], from: number): number => {
  let end = from;
  for (const piece of pieces) end += bytes.write(piece, end);
  return end;
};
