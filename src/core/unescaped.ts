/** A part of an address without its escapes (`%20`); what escapes nothing stays as it is. */
export const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
