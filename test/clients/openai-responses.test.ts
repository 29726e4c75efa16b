import OpenAI from 'openai';
import { expect } from 'vitest';
import { KEY, MOON, type PlayedWorld, clientMatrix, eachBreak, eachRefusal } from './vendors.ts';

const responses = ({ url }: PlayedWorld, apiKey = KEY): OpenAI.Responses =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }).responses;

const input = 'Why is the sky blue?';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

const tools = (): OpenAI.Responses.Tool[] => [
  { type: 'function', name: 'get_time', strict: false, parameters: schema },
];

clientMatrix('the OpenAI SDK, for responses', {
  cases: {
    async 'gets a text, whole and streamed, and what it took'({ name }, world) {
      const asked = { model: name, input, instructions: 'Be brief.' };
      const whole = await responses(world).create(asked);
      const streamed = await responses(world).stream(asked).finalResponse();
      for (const { object, status, output_text: said, usage } of [whole, streamed]) {
        expect({ object, status }).toEqual({ object: 'response', status: 'completed' });
        expect(said).toContain('“Why is the sky blue?”');
        expect(usage!.input_tokens).toBeGreaterThan(5);
        expect(usage!.output_tokens).toBeGreaterThan(20);
      }
    },

    async 'hears every event in its order'({ name }, world) {
      const stream = await responses(world).create({ model: name, input, stream: true });
      const events = await Array.fromAsync(stream);
      expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()]);
      const types = [...new Set(events.map(({ type }) => type))];
      expect(types).toEqual([
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ]);
    },

    async 'calls a tool, whole and streamed, and gives its result back'({ name }, world) {
      const choice = { type: 'function' as const, name: 'get_time' };
      const asked = { model: name, input, tool_choice: choice };
      const whole = await responses(world).create({ ...asked, tools: tools() });
      const streamed = await responses(world)
        .stream({ ...asked, tools: tools() })
        .finalResponse();
      for (const { output, id } of [whole, streamed]) {
        const call = output.find((item) => item.type === 'function_call');
        if (call?.type !== 'function_call') throw new Error('no call');
        expect(call.name).toBe('get_time');
        expect(JSON.parse(call.arguments)).toEqual({ city: 'sample city' });
        const result = {
          type: 'function_call_output' as const,
          call_id: call.call_id,
          output: 'half past six',
        };
        const after = await responses(world).create({
          model: name,
          previous_response_id: id,
          input: [result],
          tools: tools(),
        });
        expect(after.output_text).toContain('“half past six”');
      }
    },

    async 'calls tools side by side, whole and streamed'({ name }, world) {
      const both = tools().flatMap((tool) => [tool, { ...tool, name: 'get_weather' }]);
      const asked = { model: name, input: 'Use get_weather and get_time.' };
      const whole = await responses(world).create({ ...asked, tools: both });
      const streamed = await responses(world)
        .stream({ ...asked, tools: both })
        .finalResponse();
      for (const { output } of [whole, streamed])
        expect(output).toMatchObject([
          { type: 'function_call', name: 'get_time', arguments: '{"city":"sample city"}' },
          { type: 'function_call', name: 'get_weather', arguments: '{"city":"sample city"}' },
        ]);
    },

    async 'gets an object of a form, whole and streamed'({ name }, world) {
      const format = { type: 'json_schema' as const, name: 'place', schema, strict: true };
      const asked = { model: name, input, text: { format } };
      const whole = await responses(world).create(asked);
      const streamed = await responses(world).stream(asked).finalResponse();
      for (const { output_text: said } of [whole, streamed])
        expect(JSON.parse(said)).toEqual({ city: 'sample city' });
    },

    async 'stops where it is told to'({ name }, world) {
      const asked = { model: name, input, max_output_tokens: 16 };
      const whole = await responses(world).create(asked);
      const streamed = await responses(world).stream(asked).finalResponse();
      for (const { status, incomplete_details: why } of [whole, streamed]) {
        expect(status).toBe('incomplete');
        expect(why).toEqual({ reason: 'max_output_tokens' });
      }
    },

    async 'is told what is wrong with its call'({ name }, world) {
      const fail = (changes: object): Promise<unknown> =>
        responses(world)
          .create({ model: name, input, ...changes })
          .catch((error: unknown) => error);
      expect(await fail({ model: 'nobody' })).toMatchObject({ status: 400, param: 'model' });
      expect(await fail({ input: 7 })).toMatchObject({ status: 400, param: 'input' });
      const stranger = responses(world, 'sk-wrong').create({ model: name, input });
      await expect(stranger).rejects.toMatchObject({ status: 401 });
    },

    async 'hears what its vendor refuses, whole and streamed'(vendor, world) {
      await eachRefusal(vendor, world, async ({ status, stream }) => {
        await expect(
          responses(world).create({ model: vendor.name, input, stream }),
        ).rejects.toSatisfy(
          (error) =>
            error instanceof OpenAI.APIError &&
            error.status === status &&
            error.message.includes(MOON),
          `${status}, stream: ${stream}`,
        );
      });
    },

    async 'hears in a stream what goes wrong in it'(vendor, world) {
      await eachBreak(vendor, world, async (said) => {
        const stream = await responses(world).create({ model: vendor.name, input, stream: true });
        const heard: string[] = [];
        const failed = (async () => {
          for await (const event of stream) {
            heard.push(event.type);
            if (event.type === 'error') throw new Error(event.message);
            if (event.type === 'response.failed') throw new Error(event.response.error?.message);
          }
        })();
        await expect(failed).rejects.toThrow(said ?? /./);
        expect(heard).not.toContain('response.completed');
      });
    },
  },
});
