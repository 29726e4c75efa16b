const NOTHING = Buffer.alloc(0);

/** Pieces as one. Most come in one piece, which is not copied. */
export const joined = (pieces: readonly Buffer[] | undefined): Buffer => {
  if (!pieces) return NOTHING;
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
};
