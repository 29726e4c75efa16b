/*
 * `encrypted_content` is a thought's seal. A vendor that seals the whole thought, so that nobody may
 * read it, has no words beside its seal: that kind is marked, to be told from the other on its way back.
 */
const REDACTED = 'redacted_thinking:';

/** What a thought carries, as one text; undefined where it carries nothing. */
export const sealText = (thought: {
  readonly signature?: string | undefined;
  readonly redacted?: string | undefined;
}): string | undefined =>
  thought.redacted === undefined ? thought.signature : `${REDACTED}${thought.redacted}`;

export const readSeal = (
  text: string,
): { readonly signature?: string; readonly redacted?: string } => {
  if (text === '') return {};
  return text.startsWith(REDACTED)
    ? { redacted: text.slice(REDACTED.length) }
    : { signature: text };
};

/** How this vendor's own seals begin. */
const OWN = 'gAAAA';

/** Clients bring thoughts along from one model to the next; this vendor refuses what others have sealed. */
export const isOwnSeal = (text: string): boolean => text.startsWith(OWN);
