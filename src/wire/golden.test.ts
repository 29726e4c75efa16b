import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatDialect, Frame } from '#wire/dialect.ts';
import { type DialectName, chatDialect, dialects } from '#wire/dialects.ts';
import { frameReader } from '#wire/framing/frames.ts';
import { expectNoOrphans, matchesGolden, named } from '#wire/golden/test-kit.ts';
import { type Fixture, grammarFault, jsonOf, runStep } from '#wire/test-kit.ts';

/*
 * Every fixture in every other dialect, for people to read: what a change does to any translation is
 * seen in its diff. `npx vitest run src/wire/golden -u` writes the files anew. A new dialect and a new
 * fixture join by being there.
 */

const all = (Object.keys(dialects) as DialectName[]).flatMap((name) => chatDialect(name) ?? []);

const EVENT_BYTES = 4_194_304;

const requestIn = (body: JsonObject, from: ChatDialect, to: ChatDialect): Json => {
  const options = { model: 'upstream-model', asksUsage: true, mostOutputTokens: 4096 };
  const { body: written, ...more } = to.writeRequest(from.readRequest(body), options);
  return { body: written, ...more } as unknown as Json;
};

const replyIn = (events: readonly ChatEvent[], to: ChatDialect): Json => to.writeReply(events);

const streamIn = (events: readonly ChatEvent[], to: ChatDialect): Json =>
  runStep(to.streamWriter({ includeUsage: true }), events).map(({ event, data }: Frame) => {
    const value = data.startsWith('{') ? (JSON.parse(data) as Json) : data;
    return event === undefined ? value : [event, value];
  });

const eventsOf = (dialect: ChatDialect, { bytes }: Fixture): ChatEvent[] => {
  const reader = frameReader(dialect, EVENT_BYTES);
  const events = runStep(dialect.streamReader(), [...reader.push(bytes), ...reader.end()]);
  expect(grammarFault(events)).toBeUndefined();
  return events;
};

describe.each(all.map((dialect) => [dialect.name, dialect] as const))('%s', (_, from) => {
  const others = all.filter(({ name }) => name !== from.name);
  const golden = (kind: string, name: string, to: (dialect: ChatDialect) => Json) =>
    matchesGolden(
      `${from.name}/${kind}-${name}`,
      others.map((dialect) => ({ title: dialect.name, make: () => to(dialect) })),
    );

  test.each(named(from.name, 'request'))('request %s', async (name, fixture) => {
    await golden('request', name, (to) => requestIn(jsonOf(fixture), from, to));
  });

  test.each(named(from.name, 'reply'))('reply %s', async (name, fixture) => {
    const events = from.readReply(jsonOf(fixture));
    await golden('reply', name, (to) => replyIn(events, to));
  });

  test.each(named(from.name, 'stream'))('stream %s', async (name, fixture) => {
    const events = eventsOf(from, fixture);
    await golden('stream', name, (to) => streamIn(events, to));
  });

  test.each(named(from.name, 'error'))('error %s', async (name, { bytes }) => {
    const error = from.readError(Number(name.slice(0, 3)), {}, bytes.toString('utf8'));
    await matchesGolden(`${from.name}/error-${name}`, [
      { title: 'as it is understood', make: () => ({ ...error }) },
      ...others.map((to) => ({ title: to.name, make: () => to.writeError(error) })),
    ]);
  });

  test('no golden file is left of a fixture that is gone', () => {
    expectNoOrphans(from.name, ['request', 'reply', 'stream', 'error']);
  });
});
