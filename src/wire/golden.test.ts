import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { SpillwayError } from '#core/errors.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatDialect, Frame } from '#wire/dialect.ts';
import { type DialectName, chatDialect, dialects } from '#wire/dialects.ts';
import { frameReader } from '#wire/framing/frames.ts';
import { type Fixture, fixtures, grammarFault, jsonOf, runStep } from '#wire/test-kit.ts';

/*
 * Every fixture in every other dialect, for people to read: what a change does to any translation is
 * seen in its diff. `npx vitest run src/wire/golden.test.ts -u` writes the files anew. A new dialect and
 * a new fixture join by being there.
 */

const all = (Object.keys(dialects) as DialectName[]).flatMap((name) => chatDialect(name) ?? []);

const EVENT_BYTES = 4_194_304;

const folderOf = ({ name }: ChatDialect): URL => new URL(`./${name}/fixtures/`, import.meta.url);

/** What `make` makes, or how it refuses. */
const orRefusal = (make: () => Json): Json => {
  try {
    return make();
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError)) throw thrown;
    const { code, param, message } = thrown;
    return { refused: code, ...(param !== undefined && { param }), message };
  }
};

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

/** A line for each event, frame or field of the top: what is long is still read. */
const shown = (value: Json): string => {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(item)).join('\n');
  return JSON.stringify(value, null, 1);
};

describe.each(all.map((dialect) => [dialect.name, dialect] as const))('%s', (_, from) => {
  // What becomes of anything as a bare completion says little.
  const others = all.filter(({ name, paramNames }) => name !== from.name && paramNames.tools);
  const golden = async (kind: string, name: string, to: (dialect: ChatDialect) => Json) => {
    const texts = others.map((dialect) => {
      const title = `=== ${dialect.name} ===`;
      return `${title}\n${shown(orRefusal(() => to(dialect)))}\n`;
    });
    await expect(texts.join('\n')).toMatchFileSnapshot(`./golden/${from.name}/${kind}-${name}.txt`);
  };

  test.each(fixtures(folderOf(from), 'request').map((each) => [each.name, each] as const))(
    'request %s',
    async (name, fixture) => {
      await golden('request', name, (to) => requestIn(jsonOf(fixture), from, to));
    },
  );

  test.each(fixtures(folderOf(from), 'reply').map((each) => [each.name, each] as const))(
    'reply %s',
    async (name, fixture) => {
      const events = from.readReply(jsonOf(fixture));
      await golden('reply', name, (to) => replyIn(events, to));
    },
  );

  test.each(fixtures(folderOf(from), 'stream').map((each) => [each.name, each] as const))(
    'stream %s',
    async (name, fixture) => {
      const events = eventsOf(from, fixture);
      await golden('stream', name, (to) => streamIn(events, to));
    },
  );
});

test('no golden file is left of a fixture that is gone', () => {
  for (const { name } of all) {
    const made = ['request', 'reply', 'stream'].flatMap((kind) =>
      fixtures(folderOf({ name } as ChatDialect), kind as 'request').map(
        (fixture) => `${kind}-${fixture.name}.txt`,
      ),
    );
    const folder = new URL(`./golden/${name}/`, import.meta.url);
    const found = existsSync(folder) ? readdirSync(folder) : [];
    expect(found.filter((file) => !made.includes(file))).toEqual([]);
  }
});
