/** Header values are Latin-1 at best: anything else, and control characters, become `?`. */
export const headerText = (text: string): string =>
  ODD.test(text) ? text.replaceAll(EACH_ODD, '?') : text;

const ODD = /[^\x20-\x7e]/;
const EACH_ODD = /[^\x20-\x7e]/g;

/** What Node lets no value have: a line that ends too soon would be the next header, or the next answer. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

export const isHeaderValue = (text: string): boolean => !NO_VALUE.test(text);

/** A header as it is sent, with its end. Throws an Error that names the header whose value is none. */
export const headerLine = (name: string, value: string): string => {
  if (!isHeaderValue(value)) throw new Error(`The header ${name} cannot have this value.`);
  return `${name}: ${value}\r\n`;
};
