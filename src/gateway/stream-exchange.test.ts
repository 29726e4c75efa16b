import { describe, expect, it } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { PassThrough } from '#gateway/passage.ts';
import { type StreamBody, type StreamEnd, StreamExchange } from '#gateway/stream-exchange.ts';
import type { Failure } from '#balancer/attempts.ts';
import { target } from '#gateway/test-kit.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

const event = (delta: object, index = 0, finish_reason: string | null = null): Buffer =>
  Buffer.from(
    `data: ${JSON.stringify({ id: 'x', choices: [{ index, delta, finish_reason }] })}\n\n`,
  );

const ROLE = event({ role: 'assistant', content: '' });

const setUp = (choices = 1) => {
  const clock = new VirtualClock();
  const told: { failure?: Failure; body?: StreamBody; end?: StreamEnd } = {};
  const exchange = new StreamExchange({
    target,
    dialect: openaiChat,
    clock,
    passage: new PassThrough(openaiChat, 1_000_000),
    choices,
    includeUsage: false,
    refusalIn: () => undefined,
    settle: (result) => void Object.assign(told, result),
    ended: (end) => void Object.assign(told, { end }),
  });
  exchange.controlledBy({ pause: () => {}, resume: () => {}, abandon: () => {} });
  exchange.head(200, {});
  const written: string[] = [];
  const pipe = () =>
    told.body!.pipe({
      write: (bytes) => written.push(bytes.toString()) > 0,
      end: (last) => void written.push(`${last.toString()}END`),
      fail: ({ message }) => void written.push(`FAIL ${message}`),
    });
  return { clock, told, exchange, pipe, text: () => written.join('') };
};

describe('the opening of a stream', () => {
  it('is held back until its first content', async () => {
    const { clock, told, exchange, pipe, text } = setUp();
    exchange.data(ROLE);
    await clock.advance(9_999);
    expect(told).toEqual({});
    exchange.data(event({ content: 'Hi' }));
    pipe();
    expect(text()).toContain('assistant');
    expect(text()).toContain('Hi');
  });

  it('is held back no longer than ten seconds', async () => {
    const { clock, told, exchange, pipe, text } = setUp();
    exchange.data(ROLE);
    await clock.advance(10_000);
    expect(told.body).toBeDefined();
    pipe();
    expect(text()).toContain('assistant');
    exchange.data(Buffer.from('data: {"error":{"message":"overloaded"}}\n\n'));
    expect(text()).toMatch(/FAIL .*overloaded/);
    expect(told.end).toMatchObject({ pieces: 0, failure: {} });
  });

  it('of more than 64 KB is no answer', () => {
    const { told, exchange } = setUp();
    expect(() => {
      for (let i = 0; i < 2_000; i++) exchange.data(ROLE);
    }).toThrow('64 KB');
    expect(told).toEqual({});
  });

  it('with an error behind it, or nothing, has said nothing', async () => {
    const refused = setUp();
    refused.exchange.data(ROLE);
    refused.exchange.data(Buffer.from('data: {"error":{"message":"no","code":429}}\n\n'));
    expect(refused.told.failure).toMatchObject({ kind: 'capacity' });
    await refused.clock.advance(20_000);
    expect(refused.told.body).toBeUndefined();
    const cut = setUp();
    cut.exchange.data(ROLE);
    cut.exchange.end();
    expect(cut.told.failure).toMatchObject({ kind: 'broken' });
  });
});

describe('a stream without an end mark', () => {
  it('is whole when all answers that were asked for have finished', () => {
    const { exchange, told, pipe, text } = setUp(2);
    for (const index of [0, 1]) exchange.data(event({ content: 'Hi' }, index));
    for (const index of [0, 1]) exchange.data(event({}, index, 'stop'));
    exchange.end();
    pipe();
    expect(text()).toMatch(/\[DONE\]\n\nEND$/);
    expect(told.end).toMatchObject({ pieces: 4 });
    expect(told.end!.failure).toBeUndefined();
  });

  it('is broken off when one of them has not, however often another has', () => {
    const { exchange, told, pipe, text } = setUp(2);
    for (const index of [0, 1]) exchange.data(event({ content: 'Hi' }, index));
    for (let i = 0; i < 2; i++) exchange.data(event({}, 0, 'stop'));
    exchange.end();
    pipe();
    expect(text()).not.toContain('[DONE]');
    expect(told.end).toMatchObject({ failure: { kind: 'broken' } });
  });
});
