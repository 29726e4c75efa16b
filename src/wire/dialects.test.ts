import { expect, test } from 'vitest';
import { dialects } from '#wire/dialects.ts';

test('every dialect is listed under its own name', () => {
  for (const [name, dialect] of Object.entries(dialects)) expect(dialect.name).toBe(name);
});
