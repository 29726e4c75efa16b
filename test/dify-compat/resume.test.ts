import { expect, test } from 'vitest';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { chunk, sendEvents } from '../kit/upstream.ts';

const closing = closedAfterEach();

const CHATFLOW = dsl(
  {
    start: { type: 'start' },
    llm: llmData(),
    answer: { type: 'answer', answer: '{{#llm.text#}}' },
  },
  ['start>llm', 'llm>answer'],
);

test('a run is watched from its beginning while it goes on, and again when it is over', async () => {
  const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
  const app = await startApp(CHATFLOW, {
    script: async (_, res) => {
      await mayEnd;
      sendEvents(res, [chunk({ content: 'late' }), chunk({}, { finish_reason: 'stop' }), '[DONE]']);
      res.end();
    },
  });
  closing.push(app.close);
  const { call } = app;
  const body = { inputs: {}, query: 'Hi', user: 'me', response_mode: 'streaming' };
  const response = await call('POST', '/v1/chat-messages', { body });
  const reader = response.body!.getReader();
  let text = '';
  while (!text.includes('task_id')) {
    const { value } = await reader.read();
    text += new TextDecoder().decode(value);
  }
  const taskId = /"task_id":"([^"]+)"/.exec(text)?.[1] ?? '';
  const watch = (id: string, user: string) => call('GET', `/v1/workflow/${id}/events?user=${user}`);
  expect((await watch(taskId, 'somebody-else')).status).toBe(404);
  const leaving = await watch(taskId, 'me');
  await leaving.body?.cancel();
  const watching = eventsOf(await watch(taskId, 'me'));
  letEnd();
  while (!(await reader.read()).done);
  const seen = await watching;
  const kinds = seen.map(({ event }) => event);
  expect(kinds[0]).toBe('workflow_started');
  expect(kinds.at(-1)).toBe('message_end');
  const again = await watch(textOf(seen[0]?.['workflow_run_id']), 'me').then(eventsOf);
  expect(again.map(({ event }) => event).filter((kind) => kind !== 'message')).toEqual(
    kinds.filter((kind) => kind !== 'message'),
  );
});
