import { z } from '#core/schema.ts';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers by their names, as far as HTTP can carry them. */
export const headerFields = z.record(
  z.string().max(1000).regex(NAME, 'a name of a header'),
  z.string().max(100_000).regex(VALUE, 'a text in one line of Latin characters'),
);
