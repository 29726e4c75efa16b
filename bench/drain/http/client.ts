import { Agent, request } from 'node:http';
import { MODEL } from './programs.ts';

export interface Asked {
  readonly status: number;
  readonly latencyMs: number;
}

export interface Question {
  readonly port: number;
  readonly key: string;
  readonly promptTokens: number;
  readonly maxOutputTokens: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** The simulator, like its vendor, charges a token for each four characters. */
const CHARACTERS_PER_TOKEN = 4;
const SENTENCE = 'Seven keys of one model share the evening traffic of a small city by the river. ';
/** Prompts begin at different places, so that none begins as another. */
const TEXT = SENTENCE.repeat(8000);
const FIRST_STEP = 97;
let asked = 0;

const promptOf = (tokens: number): string => {
  const from = (FIRST_STEP * asked++) % (TEXT.length >> 3);
  return TEXT.slice(from, from + CHARACTERS_PER_TOKEN * tokens);
};

/** One whole chat completion; every status is an answer, only a broken connection rejects. */
export const ask = ({ port, key, promptTokens, maxOutputTokens }: Question): Promise<Asked> => {
  const body = JSON.stringify({
    model: MODEL,
    messages: [{ role: 'user', content: promptOf(promptTokens) }],
    max_tokens: maxOutputTokens,
  });
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: 'POST',
        path: '/v1/chat/completions',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (reply) => {
        reply.on('error', reject);
        reply.on('end', () =>
          resolve({ status: reply.statusCode ?? 0, latencyMs: performance.now() - began }),
        );
        reply.resume();
      },
    );
    call.on('error', reject);
    call.end(body);
  });
};

/** Waits until `atMs` of `performance.now()`, as well as timers can. */
export const until = (atMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
