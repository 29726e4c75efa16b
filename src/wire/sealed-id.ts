/*
 * Some models seal their calls of tools and want the seal back with the results. Where a dialect has no
 * place for it, it travels in the call's id, which every client gives back as it came: marked, and in
 * letters that ids may have.
 */
const MARK = '__seal__';

export const sealedId = (id: string, signature: string | undefined): string =>
  signature === undefined ? id : `${id}${MARK}${Buffer.from(signature).toString('base64url')}`;

/** The id as it was, and its seal if it carries one. */
export const readSealedId = (
  said: string,
): { readonly id: string; readonly signature?: string } => {
  const at = said.lastIndexOf(MARK);
  if (at < 0) return { id: said };
  const seal = Buffer.from(said.slice(at + MARK.length), 'base64url').toString('utf8');
  return { id: said.slice(0, at), ...(seal !== '' && { signature: seal }) };
};
