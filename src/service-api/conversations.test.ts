import { afterEach, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { type Conversation, MemoryConversations } from '#service-api/conversations.ts';
import { StoredConversations } from '#service-api/stored-conversations.ts';
import { openSqlite } from '#store/sqlite/open.ts';

const quiet = (): void => {};
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const conversation = (id: string, more: Partial<Conversation> = {}): Conversation => ({
  id,
  appId: 'app',
  user: 'me',
  name: id,
  inputs: {},
  introduction: '',
  variables: { count: 1 },
  createdAt: 1,
  updatedAt: Number(id),
  messages: [
    {
      id: `m${id}`,
      conversationId: id,
      query: 'q',
      answer: 'a',
      inputs: {},
      files: [],
      status: 'normal',
      error: null,
      runId: 'r',
      createdAt: 1,
    },
  ],
  ...more,
});

test('conversations outlive the process that had them, but for those that were deleted', async () => {
  const store = await openSqlite({ clock: systemClock, log });
  closing.push(() => store.close());
  const shelf = store.shelves.conversations;
  const first = await StoredConversations.open(shelf, log);
  await first.put(conversation('1'));
  await first.put(conversation('2'));
  await first.put(conversation('1', { name: 'renamed' }));
  await first.put(conversation('3'));
  await first.delete('3');
  await shelf.all();
  const second = await StoredConversations.open(shelf, log);
  const list = await second.list('app', 'me');
  expect(list.map(({ name }) => name)).toEqual(['2', 'renamed']);
  expect(await second.message('m2')).toMatchObject({ query: 'q' });
  expect(await second.get('3')).toBeUndefined();
  expect(await second.list('app', 'you')).toEqual([]);
});

test('the oldest are forgotten, and their messages with them', async () => {
  const gone: string[] = [];
  const few = new MemoryConversations(({ id }) => gone.push(id), 2);
  for (const id of ['1', '2', '3']) await few.put(conversation(id));
  expect(gone).toEqual(['1']);
  expect(await few.message('m1')).toBeUndefined();
  expect(await few.messages('app')).toHaveLength(2);
});

test('a change sees what is there and nothing comes between; what is not there may stay so', async () => {
  const store = await openSqlite({ clock: systemClock, log });
  closing.push(() => store.close());
  const shelf = store.shelves.conversations;
  const all = await StoredConversations.open(shelf, log);
  await all.put(conversation('1', { variables: { count: 0 } }));
  const more = (before: Conversation | undefined) =>
    before && { ...before, variables: { count: Number(before.variables['count']) + 1 } };
  await Promise.all(Array.from({ length: 5 }, () => all.change('1', more)));
  await all.change('2', more);
  await shelf.all();
  const again = await StoredConversations.open(shelf, log);
  expect((await again.list('app', 'me')).map(({ id, variables }) => [id, variables])).toEqual([
    ['1', { count: 5 }],
  ]);
});
