/** Header values are Latin-1 at best: anything else, and control characters, become `?`. */
export const headerText = (text: string): string =>
  ODD.test(text) ? text.replaceAll(EACH_ODD, '?') : text;

const ODD = /[^\x20-\x7e]/;
const EACH_ODD = /[^\x20-\x7e]/g;
