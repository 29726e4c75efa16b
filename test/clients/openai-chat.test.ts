import OpenAI from 'openai';
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

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

const openai = ({ url }: PlayedWorld, apiKey = KEY): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

const question: Message = { role: 'user', content: 'Why is the sky blue?' };
const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: schema },
}));

/** Where its vendors put them: its types know of none. */
const thoughtIn = (said: object | undefined): string =>
  said && 'reasoning_content' in said ? String(said.reasoning_content) : '';

clientMatrix('the OpenAI SDK', {
  skips: {
    'openai-responses': { 'asks for thoughts, whole and streamed': 'its model does not think' },
    'bedrock-nova': { 'asks for thoughts, whole and streamed': 'its model does not think' },
    cohere: { 'asks for thoughts, whole and streamed': 'its model does not think' },
  },
  cases: {
    async 'gets a text, whole and streamed, and what it took'({ name }, world) {
      const { completions } = openai(world).chat;
      const system: Message = { role: 'system', content: 'Be brief.' };
      const asked = { model: name, messages: [system, question] };
      const whole = await completions.create(asked);
      const streamed = await completions
        .stream({ ...asked, stream_options: { include_usage: true } })
        .finalChatCompletion();
      for (const { choices, usage } of [whole, streamed]) {
        expect(choices).toMatchObject([{ index: 0, finish_reason: 'stop' }]);
        expect(choices[0]!.message.content).toContain('“Why is the sky blue?”');
        expect(usage!.prompt_tokens).toBeGreaterThan(5);
        expect(usage!.completion_tokens).toBeGreaterThan(20);
      }
    },

    async 'is given tokens one by one'({ name }, world) {
      const { completions } = openai(world).chat;
      const stream = await completions.create({ model: name, messages: [question], stream: true });
      const chunks = await Array.fromAsync(stream);
      expect(chunks.length).toBeGreaterThan(10);
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
      for (const { object } of chunks) expect(object).toBe('chat.completion.chunk');
    },

    async 'calls a tool, whole and streamed, and gives its result back'({ name }, world) {
      const { completions } = openai(world).chat;
      const choice = { type: 'function' as const, function: { name: 'get_time' } };
      const asked = { model: name, messages: [question], tools, tool_choice: choice };
      const whole = await completions.create(asked);
      const streamed = await completions.stream(asked).finalChatCompletion();
      for (const { choices } of [whole, streamed]) {
        const [{ message, finish_reason }] = choices as [(typeof choices)[0]];
        expect(finish_reason).toBe('tool_calls');
        const [call] = message.tool_calls!;
        if (call?.type !== 'function') throw new Error('no call');
        expect(call.function.name).toBe('get_time');
        expect(JSON.parse(call.function.arguments)).toEqual({ city: 'sample city' });
        const result: Message = { role: 'tool', tool_call_id: call.id, content: 'half past six' };
        const after = await completions.create({
          ...asked,
          tool_choice: 'auto',
          messages: [question, message, result],
        });
        expect(after.choices[0]!.message.content).toContain('“half past six”');
      }
    },

    async 'calls tools side by side, whole and streamed, and gives their results back'(
      { name },
      world,
    ) {
      const { completions } = openai(world).chat;
      const both: Message = { role: 'user', content: 'Use get_weather and get_time.' };
      const asked = { model: name, messages: [both], tools };
      const whole = await completions.create(asked);
      const streamed = await completions.stream(asked).finalChatCompletion();
      for (const { choices } of [whole, streamed]) {
        const { message } = choices[0]!;
        const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function');
        expect(calls.map((call) => call.function.name)).toEqual(['get_weather', 'get_time']);
        for (const call of calls)
          expect(JSON.parse(call.function.arguments)).toEqual({ city: 'sample city' });
        expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
        const results = calls.map(({ id }): Message => ({
          role: 'tool',
          tool_call_id: id,
          content: 'half past six',
        }));
        const after = await completions.create({ ...asked, messages: [both, message, ...results] });
        expect(after.choices[0]!.message.content).toContain('half past six');
      }
    },

    async 'calls a function, as tools were called before'({ name }, world) {
      const { completions } = openai(world).chat;
      const functions = [{ name: 'get_time', parameters: schema }];
      const asked = { model: name, messages: [question], functions };
      const wish = { ...asked, function_call: { name: 'get_time' } };
      const whole = await completions.create(wish);
      const chunks = await Array.fromAsync(await completions.create({ ...wish, stream: true }));
      const said = whole.choices[0]!.message.function_call!;
      expect(said).toEqual({ name: 'get_time', arguments: '{"city":"sample city"}' });
      const pieces = chunks.flatMap(({ choices }) => choices[0]?.delta.function_call ?? []);
      expect(pieces.map((piece) => piece.name ?? '').join('')).toBe(said.name);
      expect(pieces.map((piece) => piece.arguments ?? '').join('')).toBe(said.arguments);
      for (const { choices } of [whole, chunks.findLast(({ choices: [one] }) => one)!])
        expect(choices[0]!.finish_reason).toBe('function_call');
      const call: Message = { role: 'assistant', content: null, function_call: said };
      const result: Message = { role: 'function', name: said.name, content: 'half past six' };
      const after = await completions.create({ ...asked, messages: [question, call, result] });
      expect(after.choices[0]!.message.content).toContain('“half past six”');
    },

    async 'gets an object of a form, whole and streamed'({ name }, world) {
      const { completions } = openai(world).chat;
      const json_schema = { name: 'place', schema, strict: true };
      const format = { type: 'json_schema' as const, json_schema };
      const asked = { model: name, messages: [question], response_format: format };
      const whole = await completions.create(asked);
      const streamed = await completions.stream(asked).finalChatCompletion();
      for (const { choices } of [whole, streamed]) {
        expect(JSON.parse(choices[0]!.message.content!)).toEqual({ city: 'sample city' });
        expect(choices[0]!.finish_reason).toBe('stop');
      }
    },

    async 'completes a text, whole and streamed'({ name }, world) {
      const { completions } = openai(world);
      const asked = { model: name, prompt: 'Why is the sky blue?', max_tokens: 300 };
      const whole = await completions.create(asked);
      expect(whole).toMatchObject({ object: 'text_completion', choices: [{ index: 0 }] });
      const chunks = await Array.fromAsync(await completions.create({ ...asked, stream: true }));
      const streamed = chunks.map(({ choices }) => choices[0]?.text ?? '').join('');
      for (const text of [whole.choices[0]!.text, streamed])
        expect(text).toContain('“Why is the sky blue?”');
    },

    async 'asks for thoughts, whole and streamed'({ name, thinks }, world) {
      const { completions } = openai(world).chat;
      const asked = { model: name, messages: [question], reasoning_effort: 'low' as const };
      const whole = await completions.create(asked);
      const chunks = await Array.fromAsync(await completions.create({ ...asked, stream: true }));
      const thoughts = chunks.map(({ choices }) => thoughtIn(choices[0]?.delta)).join('');
      const said = thinks ? THOUGHT : '';
      expect([thoughtIn(whole.choices[0]!.message), thoughts]).toEqual([said, said]);
    },

    async 'shows a picture'({ name }, world) {
      const url = 'data:image/png;base64,iVBORw0KGgo=';
      const content = [
        { type: 'text' as const, text: 'What is this?' },
        { type: 'image_url' as const, image_url: { url } },
      ];
      const asked = { model: name, messages: [{ role: 'user' as const, content }] };
      const { choices } = await openai(world).chat.completions.create(asked);
      expect(choices[0]!.message.content).toContain('“What is this?”');
    },

    async 'stops where it is told to'({ name }, world) {
      const asked = { model: name, messages: [question], max_completion_tokens: 16 };
      const whole = await openai(world).chat.completions.create(asked);
      expect(whole.choices[0]!.finish_reason).toBe('length');
      expect(whole.usage!.completion_tokens).toBe(16);
    },

    async 'is told what is wrong with its call'({ name }, world) {
      const { completions } = openai(world).chat;
      await expect(completions.create({ model: 'nobody', messages: [question] })).rejects.toSatisfy(
        (error) => error instanceof OpenAI.BadRequestError && error.param === 'model',
      );
      const stranger = openai(world, 'sk-wrong').chat.completions;
      await expect(stranger.create({ model: name, messages: [question] })).rejects.toSatisfy(
        (error) => error instanceof OpenAI.AuthenticationError && error.status === 401,
      );
    },

    async 'hears what its vendor refuses, whole and streamed'(vendor, world) {
      const { completions } = openai(world).chat;
      await eachRefusal(vendor, world, async ({ status, kind, stream }) => {
        const failed = completions.create({ model: vendor.name, messages: [question], stream });
        await expect(failed).rejects.toSatisfy(
          (error) => error instanceof OpenAI.APIError && error.status === status,
          `${status}, stream: ${stream}`,
        );
        await expect(failed).rejects.toThrow(MOON);
        await expect(failed).rejects.toMatchObject({ type: kind });
      });
    },

    async 'hears in a stream what goes wrong in it'(vendor, world) {
      const { completions } = openai(world).chat;
      await eachBreak(vendor, world, async (said) => {
        const stream = await completions.create({
          model: vendor.name,
          messages: [question],
          stream: true,
        });
        await expect(Array.fromAsync(stream)).rejects.toSatisfy(
          (error) =>
            error instanceof OpenAI.APIError &&
            (said === undefined || error.message.includes(said)),
        );
      });
    },
  },
});
