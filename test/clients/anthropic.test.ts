import Anthropic from '@anthropic-ai/sdk';
import { expect } from 'vitest';
import {
  KEY,
  MOON,
  type PlayedWorld,
  THOUGHT,
  clientMatrix,
  eachBreak,
  eachRefusal,
} from './vendors.ts';

const anthropic = ({ url }: PlayedWorld, apiKey = KEY): Anthropic.Messages =>
  new Anthropic({ baseURL: url, apiKey, maxRetries: 0 }).messages;

const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
const schema = { type: 'object' as const, properties: { city: { type: 'string' as const } } };
const tools = ['get_weather', 'get_time'].map((name) => ({ name, input_schema: schema }));

clientMatrix('Anthropic’s SDK', {
  skips: {
    vllm: { 'reads a document': 'what a server of one’s own takes is its own affair' },
    cohere: { 'reads a document': 'its documents are texts' },
    'vertex-open': { 'reads a document': 'what an open model takes is its own affair' },
  },
  cases: {
    async 'gets a text, whole and streamed, and what it took'({ name }, world) {
      const asked = { model: name, max_tokens: 300, system: 'Be brief.', messages };
      const whole = await anthropic(world).create(asked);
      const streamed = await anthropic(world).stream(asked).finalMessage();
      for (const message of [whole, streamed]) {
        expect(message).toMatchObject({
          type: 'message',
          role: 'assistant',
          content: [{ type: 'text' }],
          stop_reason: 'end_turn',
          stop_sequence: null,
        });
        expect(message.content).toMatchObject([
          { text: expect.stringContaining('“Why is the sky blue?”') as string },
        ]);
        expect(message.usage.input_tokens).toBeGreaterThan(5);
        expect(message.usage.output_tokens).toBeGreaterThan(20);
      }
    },

    async 'hears every event in its order'({ name }, world) {
      const asked = { model: name, max_tokens: 300, messages };
      const events = await Array.fromAsync(
        await anthropic(world).create({ ...asked, stream: true }),
      );
      expect([...new Set(events.map(({ type }) => type))]).toEqual([
        'message_start',
        'content_block_start',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ]);
    },

    async 'calls a tool, whole and streamed, and gives its result back'({ name }, world) {
      const asked = { model: name, max_tokens: 300, messages, tools };
      const wish = { ...asked, tool_choice: { type: 'tool' as const, name: 'get_time' } };
      const whole = await anthropic(world).create(wish);
      const streamed = await anthropic(world).stream(wish).finalMessage();
      for (const { content, stop_reason } of [whole, streamed]) {
        expect(stop_reason).toBe('tool_use');
        const [call] = content;
        if (call?.type !== 'tool_use') throw new Error('no call');
        expect(call).toMatchObject({ name: 'get_time', input: { city: 'sample city' } });
        const result = {
          type: 'tool_result' as const,
          tool_use_id: call.id,
          content: 'half past six',
        };
        const after = await anthropic(world).create({
          ...asked,
          messages: [
            ...messages,
            { role: 'assistant', content },
            { role: 'user', content: [result] },
          ],
        });
        expect(after.content).toMatchObject([
          { text: expect.stringContaining('“half past six”') as string },
        ]);
      }
    },

    async 'calls tools side by side, whole and streamed, and gives their results back'(
      { name },
      world,
    ) {
      const both = [{ role: 'user' as const, content: 'Use get_weather and get_time.' }];
      const asked = { model: name, max_tokens: 300, messages: both, tools };
      const whole = await anthropic(world).create(asked);
      const streamed = await anthropic(world).stream(asked).finalMessage();
      for (const { content } of [whole, streamed]) {
        const input = { city: 'sample city' };
        expect(content).toMatchObject([
          { type: 'tool_use', name: 'get_weather', input },
          { type: 'tool_use', name: 'get_time', input },
        ]);
        const results = content.flatMap((block) =>
          block.type === 'tool_use'
            ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: 'half past six' }]
            : [],
        );
        const after = await anthropic(world).create({
          ...asked,
          messages: [...both, { role: 'assistant', content }, { role: 'user', content: results }],
        });
        expect(after.content).toMatchObject([
          { text: expect.stringContaining('half past six') as string },
        ]);
      }
    },

    async 'shows a picture'({ name }, world) {
      const source = {
        type: 'base64' as const,
        media_type: 'image/png' as const,
        data: 'iVBORw0KGgo=',
      };
      const content = [
        { type: 'image' as const, source },
        { type: 'text' as const, text: 'What is this?' },
      ];
      const asked = {
        model: name,
        max_tokens: 300,
        messages: [{ role: 'user' as const, content }],
      };
      expect((await anthropic(world).create(asked)).content).toMatchObject([
        { text: expect.stringContaining('“What is this?”') as string },
      ]);
    },

    async 'reads a document'({ name }, world) {
      const source = {
        type: 'base64' as const,
        media_type: 'application/pdf' as const,
        data: 'JVBERi0xLjQ=',
      };
      const content = [
        { type: 'document' as const, source, title: 'a.pdf' },
        { type: 'text' as const, text: 'What is this?' },
      ];
      const asked = {
        model: name,
        max_tokens: 300,
        messages: [{ role: 'user' as const, content }],
      };
      expect((await anthropic(world).create(asked)).content).toMatchObject([
        { text: expect.stringContaining('“What is this?”') as string },
      ]);
    },

    async 'marks what a cache shall keep'({ name }, world) {
      const mark = { cache_control: { type: 'ephemeral' as const } };
      const system = [{ type: 'text' as const, text: 'Be brief.', ...mark }];
      const [last] = tools.slice(-1);
      const marked = [...tools.slice(0, -1), { ...last!, ...mark }];
      const asked = { model: name, max_tokens: 300, system, messages, tools: marked };
      const { content } = await anthropic(world).create(asked);
      expect(content).toMatchObject([{ type: 'text' }]);
    },

    async 'asks for thoughts, whole and streamed, and gives them back'({ name, thinks }, world) {
      const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
      const asked = { model: name, max_tokens: 2_000, messages, thinking };
      const whole = await anthropic(world).create(asked);
      const streamed = await anthropic(world).stream(asked).finalMessage();
      for (const { content } of [whole, streamed]) {
        const thought = {
          type: 'thinking',
          thinking: THOUGHT,
          signature: expect.any(String) as string,
        };
        expect(content).toMatchObject([...(thinks ? [thought] : []), { type: 'text' }]);
        const again = [
          ...messages,
          { role: 'assistant' as const, content },
          { role: 'user' as const, content: 'And red?' },
        ];
        const after = await anthropic(world).create({ ...asked, messages: again });
        expect(after.content.at(-1)).toMatchObject({
          text: expect.stringContaining('“And red?”') as string,
        });
      }
    },

    async 'stops where it is told to'({ name }, world) {
      const asked = { model: name, max_tokens: 16, messages };
      const whole = await anthropic(world).create(asked);
      const streamed = await anthropic(world).stream(asked).finalMessage();
      for (const { stop_reason } of [whole, streamed]) expect(stop_reason).toBe('max_tokens');
    },

    async 'has tokens counted'({ name }, world) {
      const { input_tokens: tokens } = await anthropic(world).countTokens({
        model: name,
        messages,
      });
      expect(tokens).toBeGreaterThan(3);
    },

    async 'is told what is wrong with its call'({ name }, world) {
      const asked = { model: name, max_tokens: 300, messages };
      const fail = (changes: object, key = KEY): Promise<unknown> =>
        anthropic(world, key)
          .create({ ...asked, ...changes })
          .catch((error: unknown) => error);
      for (const [error, status, type] of [
        [await fail({ model: 'nobody' }), 400, 'invalid_request_error'],
        [await fail({ max_tokens: 'many' }), 400, 'invalid_request_error'],
        [await fail({}, 'sk-wrong'), 401, 'authentication_error'],
      ] as const) {
        expect(error).toBeInstanceOf(Anthropic.APIError);
        expect(error).toMatchObject({ status, error: { type: 'error', error: { type } } });
      }
    },

    async 'hears what its vendor refuses, whole and streamed'(vendor, world) {
      const asked = { model: vendor.name, max_tokens: 300, messages };
      await eachRefusal(vendor, world, async ({ status, stream }) => {
        const failed = anthropic(world).create({ ...asked, stream });
        await expect(failed).rejects.toSatisfy(
          (error) => error instanceof Anthropic.APIError && error.status === status,
          `${status}, stream: ${stream}`,
        );
        await expect(failed).rejects.toMatchObject({
          error: {
            type: 'error',
            error: { message: expect.stringContaining(MOON) as string },
          },
        });
      });
    },

    async 'hears in a stream what goes wrong in it'(vendor, world) {
      const asked = { model: vendor.name, max_tokens: 300, messages };
      await eachBreak(vendor, world, async (said) => {
        const failed = anthropic(world).stream(asked).finalMessage();
        await expect(failed).rejects.toSatisfy(
          (error) =>
            error instanceof Anthropic.APIError &&
            (said === undefined || error.message.includes(said)),
        );
      });
    },
  },
});
