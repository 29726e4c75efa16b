import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpillwayError } from '#core/errors.ts';
import { isObject } from '#core/json.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { dialects } from '#wire/dialects.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';
import { fixtures, jsonOf, withPartExchanged } from '#wire/test-kit.ts';

const requests = fixtures(new URL('fixtures/', import.meta.url), 'request');

const others = Object.values(dialects).filter((each): each is ChatDialect => 'watch' in each);

test('a request with any one part exchanged is read, and said in every dialect, or refused by name', () => {
  const bodies = fc.oneof(...requests.map((fixture) => withPartExchanged(jsonOf(fixture))));
  fc.assert(
    fc.property(bodies, fc.constantFrom(...others), (body, to) => {
      if (!isObject(body)) return;
      try {
        openaiResponses.touchRequest(body);
        openaiResponses.redirectRequest(body, { model: 'm', asksUsage: true });
        const request = openaiResponses.readRequest(body);
        to.writeRequest(request, { model: 'm', asksUsage: true });
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SpillwayError);
        expect(thrown).toMatchObject({ code: 'invalid_request' });
      }
    }),
    { numRuns: 2_000 },
  );
});
