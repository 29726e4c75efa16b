/** More than any limit is: beyond it a number is noise. */
const MOST = 1e12;

/** A count of requests or tokens as vendors write it, `10,000` too: whole, from 0 to 10^12. */
export const amount = (text: string): number | undefined => {
  // As nearly all are written: this is read for every answer.
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const said = text.trim();
  if (!/^(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.\d{1,9})?$/.test(said)) return undefined;
  const number = Math.floor(Number(said.replaceAll(',', '')));
  return number <= MOST ? number : undefined;
};
