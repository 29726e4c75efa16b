import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { passingReplies } from '#gateway/reply-codecs.ts';
import { type ReplyCodec, WholeExchange, type WholeResult } from '#gateway/whole-exchange.ts';
import { target } from '#gateway/test-kit.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** What an answer comes to that is read by `answerOf`. */
const settled = async (
  body: string,
  answerOf: ReplyCodec['answerOf'],
): Promise<readonly WholeResult[]> => {
  const results: WholeResult[] = [];
  const exchange = new WholeExchange({
    target,
    replyBytes: 1_000,
    codec: { ...passingReplies(openaiChat), answerOf },
    to: { settle: (result) => void results.push(result) },
  });
  exchange.head(200, {});
  exchange.data(Buffer.from(body));
  exchange.end();
  await nextTurn();
  return results;
};

test('an answer is passed on as it came, with what was read of it', async () => {
  const usage = { inputTokens: 1, outputTokens: 2 };
  const [result] = await settled('{"a": 1}', () => ({ usage }));
  expect(result).toMatchObject({ answer: { text: '{"a": 1}', usage } });
});

test.each<[string, string, ReplyCodec['answerOf']]>([
  ['is not JSON', 'hello', () => ({ usage: undefined })],
  [
    'cannot be read',
    '{}',
    () => {
      throw new TypeError('a is undefined');
    },
  ],
])('what %s is a failure, once, and leaves nobody waiting', async (what, body, answerOf) => {
  const results = await settled(body, answerOf);
  const message = `Deployment PJ1: The upstream answered with something that ${what}; try again.`;
  expect(results).toMatchObject([
    { failure: { kind: 'broken', error: { code: 'upstream_invalid', message } } },
  ]);
});
