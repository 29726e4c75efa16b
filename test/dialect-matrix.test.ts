import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCallId } from '#core/ids.ts';
import type { JsonObject } from '#core/json.ts';
import type { GatewayCall } from '#gateway/call.ts';
import { type ChatReply, chat } from '#gateway/chat.ts';
import type { StreamedReply } from '#gateway/streamed.ts';
import { providers } from '#providers/index.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import { type Gathered, gather } from '#wire/collect.ts';
import type { ChatDialect, Frame } from '#wire/dialect.ts';
import { type DialectName, chatDialect, dialects } from '#wire/dialects.ts';
import { writeAwsEvent } from '#wire/framing/aws-event-stream.ts';
import { SseReader, writeSse } from '#wire/framing/sse.ts';
import { runStep } from '#wire/test-kit.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { type ScriptedUpstream, startUpstream } from './kit/upstream.ts';

/*
 * A caller of each dialect and a vendor of each, over real connections: what is asked arrives, and what
 * is answered comes back. A dialect joins as soon as a provider speaks it.
 */

const all = (Object.keys(dialects) as DialectName[]).flatMap((name) => chatDialect(name) ?? []);

/** One that only goes on from prompts has no words for tools, which all are asked for. */
const conversations = all.filter(({ paramNames }) => paramNames.tools !== undefined);

const vendors = conversations.flatMap((dialect) => {
  const provider = providers.find(({ operations }) => operations.chat?.dialect === dialect.name);
  return provider ? [{ dialect, provider: provider.name }] : [];
});

const TOOL = { name: 'weather', description: 'Of a place.', schema: { type: 'object' } };

const request = (stream: boolean): ChatRequest => ({
  model: 'group',
  messages: [
    { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
    { role: 'user', parts: [{ kind: 'text', text: 'Snow in 札幌?' }] },
  ],
  stream,
  includeUsage: true,
  maxOutputTokens: 64,
  temperature: 0.5,
  tools: [TOOL],
  dialect: 'nobody',
  extra: {},
});

const INPUT = '{"place":"札幌"}';

const ANSWER: readonly ChatEvent[] = [
  { type: 'start', id: 'reply-1', model: 'vendor-model', created: 1_767_225_600 },
  { type: 'block-start', index: 0, block: { kind: 'text' } },
  { type: 'block-delta', index: 0, delta: 'I ask for ' },
  { type: 'block-delta', index: 0, delta: '札幌.' },
  { type: 'block-end', index: 0 },
  { type: 'block-start', index: 1, block: { kind: 'tool-call', id: 'call_1', name: 'weather' } },
  { type: 'block-delta', index: 1, delta: INPUT.slice(0, 9) },
  { type: 'block-delta', index: 1, delta: INPUT.slice(9) },
  { type: 'block-end', index: 1 },
  { type: 'usage', usage: { inputTokens: 21, outputTokens: 9 } },
  { type: 'finish', reason: 'tool-calls', raw: '' },
];

const framed = ({ framing }: ChatDialect, { event, data }: Frame): Buffer =>
  framing === 'aws-event-stream' ? writeAwsEvent(data) : Buffer.from(writeSse(data, event));

const framesOf = (dialect: ChatDialect): Frame[] =>
  runStep(dialect.streamWriter({ includeUsage: true }), ANSWER);

/** Plays the vendor; `kept`: so many frames of a stream are sent before the connection is closed. */
const answerIn = (
  dialect: ChatDialect,
  stream: boolean,
  kept: number,
  res: ServerResponse,
): void => {
  if (!stream) {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(dialect.writeReply(ANSWER)));
    return;
  }
  res.setHeader('content-type', 'text/event-stream');
  for (const frame of framesOf(dialect).slice(0, kept)) res.write(framed(dialect, frame));
  res.end();
};

let gateway: Awaited<ReturnType<typeof startGateway>>;
const upstreams = new Map<string, ScriptedUpstream>();
/** How the next request is answered. */
const next = { stream: false, kept: Infinity };

beforeAll(async () => {
  for (const { dialect } of vendors)
    upstreams.set(
      dialect.name,
      await startUpstream((_, res) => answerIn(dialect, next.stream, next.kept, res)),
    );
  const rows = vendors.map(({ dialect, provider }) =>
    deployment(dialect.name, upstreams.get(dialect.name)!.url, {
      group: dialect.name,
      provider,
      model: 'vendor-model',
    }),
  );
  gateway = await startGateway(configOf(rows));
});

afterAll(async () => {
  await gateway.close();
  for (const upstream of upstreams.values()) await upstream.close();
});

const ask = (caller: ChatDialect, vendor: ChatDialect, stream: boolean): Promise<ChatReply> => {
  const options = { model: vendor.name, asksUsage: true };
  const { body } = caller.writeRequest(request(stream), options);
  const call: GatewayCall = {
    id: newCallId(),
    progress: {},
    arrivedAt: gateway.gateway.clock.now(),
    wallMs: gateway.gateway.clock.wall(),
    // What stands in the path of some dialects.
    body: { ...body, model: vendor.name, stream },
    signal: AbortSignal.timeout(5_000),
    retries: 0,
    tenant: { key: 'test', user: '' },
    priority: 'interactive',
    bytes: 0,
  };
  return chat(gateway.gateway, call, caller);
};

const drained = ({ body }: StreamedReply): Promise<{ bytes: Buffer; failed: boolean }> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const write = (bytes: Buffer): boolean => chunks.push(bytes) > 0;
    const over = (failed: boolean): void => resolve({ bytes: Buffer.concat(chunks), failed });
    body.pipe({ write, end: (last) => over(!write(last)), fail: () => over(true) });
  });

const eventsIn = (dialect: ChatDialect, bytes: Buffer): ChatEvent[] => {
  const reader = new SseReader(1_000_000);
  const frames = [...reader.push(bytes), ...reader.end()].map(({ event, data }) => ({
    ...(event !== undefined && { event }),
    data: data.toString('utf8'),
  }));
  return runStep(dialect.streamReader(), frames);
};

const said = ({ blocks, usage, finishes }: Gathered): unknown => ({
  blocks: blocks.map((block) =>
    block.kind === 'tool-call'
      ? [block.name, JSON.parse(block.content || '{}')]
      : [block.kind, block.content],
  ),
  tokens: [usage?.inputTokens, usage?.outputTokens],
  reason: finishes[0].reason,
});

const EXPECTED = {
  blocks: [
    ['text', 'I ask for 札幌.'],
    ['weather', JSON.parse(INPUT)],
  ],
  tokens: [21, 9],
  reason: 'tool-calls',
};

const asked = (vendor: ChatDialect): ChatRequest => {
  const { body } = upstreams.get(vendor.name)!.calls.at(-1)!;
  return vendor.readRequest({ model: 'in-the-path', ...body, stream: next.stream });
};

const textsOf = ({ messages }: ChatRequest): string[] =>
  messages.map(
    ({ role, parts }) =>
      `${role}: ${parts.map((part) => ('text' in part ? part.text : part.kind)).join('')}`,
  );

/** Completions have no tools: they are tried elsewhere. */
const callers = all
  .filter(({ paramNames }) => paramNames.tools !== undefined)
  .map((dialect) => [dialect.name, dialect] as const);

describe.each(vendors.map(({ dialect }) => [dialect.name, dialect] as const))(
  'a vendor of %s',
  (_, vendor) => {
    test.each(callers)('answers %s, whole', async (_name, caller) => {
      Object.assign(next, { stream: false, kept: Infinity });
      const reply = await ask(caller, vendor, false);
      if (reply.stream) throw new Error('a stream was not asked for');
      const body = JSON.parse(reply.answer.bytes.toString()) as JsonObject;
      expect(said(gather(caller.readReply(body)))).toEqual(EXPECTED);
      expect(reply.answer.usage).toMatchObject({ inputTokens: 21, outputTokens: 9 });
      expect(textsOf(asked(vendor))).toEqual(['system: Be brief.', 'user: Snow in 札幌?']);
      expect(asked(vendor)).toMatchObject({ maxOutputTokens: 64, temperature: 0.5 });
      expect(asked(vendor).tools).toMatchObject([{ name: 'weather' }]);
    });

    test.each(callers)('answers %s, streamed', async (_name, caller) => {
      if (caller.framing === 'aws-event-stream') return;
      Object.assign(next, { stream: true, kept: Infinity });
      const reply = await ask(caller, vendor, true);
      if (!reply.stream) throw new Error('a stream was asked for');
      const { bytes, failed } = await drained(reply);
      expect(failed).toBe(false);
      expect(said(gather(eventsIn(caller, bytes)))).toEqual(EXPECTED);
      expect((await reply.ended).usage).toMatchObject({ inputTokens: 21, outputTokens: 9 });
    });

    test.each(callers)('never looks complete to %s where it broke off', async (_name, caller) => {
      if (caller.framing === 'aws-event-stream') return;
      const frames = framesOf(vendor);
      for (const kept of [Math.ceil(frames.length / 2), frames.length - 3]) {
        Object.assign(next, { stream: true, kept });
        const reply = await ask(caller, vendor, true);
        if (!reply.stream) throw new Error('a stream was asked for');
        const { bytes, failed } = await drained(reply);
        const isWhole = eventsIn(caller, bytes).at(-1)?.type === 'finish';
        expect(failed, `${kept} frames`).toBe(!isWhole);
        if (kept < frames.length / 2 + 1) expect(failed).toBe(true);
      }
    });
  },
);
