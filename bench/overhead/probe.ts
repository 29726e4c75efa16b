import { isDeepStrictEqual } from 'node:util';
import { Client } from 'undici';
import type { Exchange } from './connection.ts';
import type { RunningTarget } from './targets.ts';
import { WHOLE_REPLY, requestBytes, streamEvents } from './traffic.ts';

/** What an answer says, whatever its spacing; `usage: null` is OpenAI's word for no usage. */
const meaning = (text: string): unknown[] =>
  text
    .split('\n\n')
    .filter(Boolean)
    .map((event) => event.replace(/^data: /, ''))
    .map((data) => {
      if (data === '[DONE]') return data;
      const { usage, ...rest } = JSON.parse(data) as { usage?: unknown };
      return usage === null || usage === undefined ? rest : { ...rest, usage };
    });

const isRight = (text: string, expected: string): boolean => {
  try {
    return isDeepStrictEqual(meaning(text), meaning(expected));
  } catch {
    return false;
  }
};

/**
 * Asks `target` once, with another client than the load's, and compares the whole answer. The
 * exchange that it returns holds later answers to the same length. Throws on a wrong answer.
 */
export const probe = async (target: RunningTarget, streamed: boolean): Promise<Exchange> => {
  const request = requestBytes(streamed, target.key);
  const client = new Client(`http://127.0.0.1:${target.port}`);
  try {
    const reply = await client.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json' },
      body: request.subarray(request.indexOf('\r\n\r\n') + 4),
    });
    const text = await reply.body.text();
    const expected = streamed ? streamEvents(false).join('') : WHOLE_REPLY;
    if (reply.statusCode !== 200 || !isRight(text, expected)) {
      const kind = streamed ? 'streamed' : 'whole';
      throw new Error(
        `${target.name} gave a wrong ${kind} answer, status ${reply.statusCode}: ${text.slice(0, 400)}`,
      );
    }
    return { request, replyBytes: Buffer.byteLength(text), streamed };
  } finally {
    await client.destroy();
  }
};
