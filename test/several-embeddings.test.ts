import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { type Script, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const TITAN = 'amazon.titan-embed-text-v2:0';

/** Vendors that take one text at a time. */
const world = async (scripts: readonly Script[]) => {
  const upstreams = await Promise.all(scripts.map((script) => startUpstream(script)));
  const rows = upstreams.map(({ url }, i) =>
    deployment(`PJ${i}`, url.replace(/\/v1$/, ''), {
      group: 'titan',
      provider: 'bedrock',
      model: TITAN,
    }),
  );
  const gateway = await startGateway(configOf(rows));
  closing.push(() => gateway.close(), ...upstreams.map((upstream) => () => upstream.close()));
  const embed = (input: readonly string[]) =>
    gateway.post('/v1/embeddings', { model: 'titan', input });
  return { upstreams, embed };
};

/** A vector that tells which text it is of. */
const vectorFor = ({ inputText }: JsonObject): JsonObject => ({
  embedding: [Number(inputText)],
  inputTextTokenCount: Number(inputText) + 1,
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const TEXTS = Array.from({ length: 30 }, (_, i) => String(i));

describe('texts for a vendor that takes one at a time', () => {
  it('go one by one, a few at once, and come back in order with what they took together', async () => {
    let [open, most] = [0, 0];
    const script: Script = async ({ body }, res) => {
      most = Math.max(most, ++open);
      // Later ones are answered before earlier ones.
      for (let i = Number(body['inputText']) % 5; i < 5; i++) await turn();
      open--;
      sendJson(res, 200, vectorFor(body));
    };
    const { upstreams, embed } = await world([script]);
    const reply = await embed(TEXTS);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-spillway-attempts')).toBe('1');
    const { data, usage } = (await reply.json()) as {
      data: { index: number; embedding: number[] }[];
      usage: JsonObject;
    };
    expect(data.map(({ embedding }) => embedding)).toEqual(TEXTS.map((text) => [Number(text)]));
    expect(data.map(({ index }) => index)).toEqual(TEXTS.map(Number));
    expect(usage).toEqual({ prompt_tokens: 465, total_tokens: 465 });
    expect(upstreams[0]!.calls).toHaveLength(30);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('go to another deployment, all of them, where one of them fails', async () => {
    const cut: Promise<void>[] = [];
    const failing: Script = ({ body, cutOff }, res) => {
      if (body['inputText'] === '3') return sendJson(res, 500, { message: 'no' });
      // The others are never answered.
      cut.push(cutOff);
    };
    const { upstreams, embed } = await world([
      failing,
      ({ body }, res) => sendJson(res, 200, vectorFor(body)),
    ]);
    const replies = await Promise.all([embed(TEXTS), embed(TEXTS)]);
    for (const reply of replies) {
      const { data } = (await reply.json()) as { data: unknown[] };
      expect(data).toHaveLength(30);
    }
    expect(upstreams[1]!.calls).toHaveLength(60);
    expect(cut.length).toBeGreaterThan(0);
    await Promise.all(cut);
  });

  it('are not asked for again where they have been answered', async () => {
    let isShort = true;
    const script: Script = ({ body }, res) => {
      // The last one to be asked for: most of the others are there by now.
      if (body['inputText'] !== '29' || !isShort) return sendJson(res, 200, vectorFor(body));
      isShort = false;
      return sendJson(res, 500, { message: 'no' });
    };
    const { upstreams, embed } = await world([script, script]);
    const reply = await embed(TEXTS);
    const { data, usage } = (await reply.json()) as { data: unknown[]; usage: JsonObject };
    expect(data).toHaveLength(30);
    expect(usage).toMatchObject({ prompt_tokens: 465 });
    const asked = upstreams.flatMap(({ calls }) => calls.map(({ body }) => body['inputText']));
    expect(asked.length).toBeLessThan(30 + 9);
    expect(asked.filter((text) => text === '0')).toHaveLength(1);
  });

  it('are refused where they are too many for one request', async () => {
    const { upstreams, embed } = await world([
      ({ body }, res) => sendJson(res, 200, vectorFor(body)),
    ]);
    const reply = await embed(Array.from({ length: 2_049 }, String));
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { param: 'input' } });
    expect(upstreams[0]!.calls).toEqual([]);
  });

  it('are refused where the vendor leaves one out', async () => {
    const { embed } = await world([
      ({ body }, res) => sendJson(res, 200, body['inputText'] === '7' ? {} : vectorFor(body)),
    ]);
    expect((await embed(TEXTS)).status).toBeGreaterThanOrEqual(500);
  });
});
