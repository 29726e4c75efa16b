const CLIENT_ID = '[\\w.:-]{1,128}';

/** From the surest sign of an id to the vaguest. */
const SIGNS: readonly RegExp[] = [
  // At the end of our errors.
  /\(id ([\w.:-]{1,8})\)(?![^]*\(id )/,
  new RegExp(`x-litellm-call-id["']?\\s*[:=]\\s*["']?(${CLIENT_ID})`, 'i'),
  /\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/i,
  new RegExp(`^\\s*(${CLIENT_ID})\\s*$`),
  /\b([0-9a-f]{8})\b/,
];

/** The id of a request, whole or short, in any text that a person pastes; undefined where there is none. */
export const findCallId = (text: string): string | undefined => {
  for (const sign of SIGNS) {
    const id = sign.exec(text)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
};
