/** A pattern of `like` for all texts that have this one in them, with `!` before what would be a sign of its own. */
export const having = (text: string): string => `%${text.replaceAll(/[%_!]/g, '!$&')}%`;
