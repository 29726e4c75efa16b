import { type OpenAICompatibleProvider, createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  type ModelMessage,
  Output,
  type ToolSet,
  embed,
  embedMany,
  generateText,
  jsonSchema,
  streamText,
} from 'ai';
import { expect } from 'vitest';
import {
  KEY,
  MOON,
  type PlayedWorld,
  clientMatrix,
  eachBreak,
  eachRefusal,
  vectorsOf,
  vendors,
} from './vendors.ts';

const SCHEMA = jsonSchema<{ city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
});

const tools: ToolSet = {
  get_time: { description: 'The time in a city.', inputSchema: SCHEMA as never },
};

const spillway = ({ url }: PlayedWorld, apiKey = KEY): OpenAICompatibleProvider =>
  createOpenAICompatible({
    name: 'spillway',
    baseURL: `${url}/v1`,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });

const prompt = 'Why is the sky blue?';

clientMatrix('the AI SDK', {
  cases: {
    async 'gets a text, whole and streamed, and what it took'({ name }, world) {
      const asked = {
        model: spillway(world)(name),
        instructions: 'Be brief.',
        prompt,
        maxRetries: 0,
      };
      const whole = await generateText(asked);
      const stream = streamText(asked);
      const pieces = await Array.fromAsync(stream.textStream);
      expect(pieces.length).toBeGreaterThan(10);
      for (const [text, reason, usage] of [
        [whole.text, whole.finishReason, whole.usage],
        [pieces.join(''), await stream.finishReason, await stream.usage],
      ] as const) {
        expect(text).toContain('“Why is the sky blue?”');
        expect(reason).toBe('stop');
        expect(usage.inputTokens).toBeGreaterThan(5);
        expect(usage.outputTokens).toBeGreaterThan(20);
      }
    },

    async 'calls a tool, whole and streamed, and gives its result back'({ name }, world) {
      const model = spillway(world)(name);
      const asked = { model, tools, prompt, toolChoice: 'required' as const, maxRetries: 0 };
      const whole = await generateText(asked);
      const stream = streamText(asked);
      expect(whole.finishReason).toBe('tool-calls');
      expect(await stream.finishReason).toBe('tool-calls');
      for (const [calls, { messages: said }] of [
        [whole.toolCalls, whole.response],
        [await stream.toolCalls, await stream.response],
      ] as const) {
        expect(calls).toMatchObject([{ toolName: 'get_time', input: { city: 'sample city' } }]);
        const { toolCallId, toolName } = calls[0]!;
        const output = { type: 'text' as const, value: 'half past six' };
        const result = { type: 'tool-result' as const, toolCallId, toolName, output };
        const messages: ModelMessage[] = [
          { role: 'user', content: prompt },
          ...said,
          { role: 'tool', content: [result] },
        ];
        const after = await generateText({ model, tools, messages, maxRetries: 0 });
        expect(after.text).toContain('“half past six”');
      }
    },

    async 'calls tools side by side, whole and streamed'({ name }, world) {
      const asked = {
        model: spillway(world)(name),
        tools: { ...tools, get_weather: tools['get_time']! },
        prompt: 'Use get_weather and get_time.',
        maxRetries: 0,
      };
      const whole = await generateText(asked);
      for (const calls of [whole.toolCalls, await streamText(asked).toolCalls])
        expect(calls).toMatchObject([
          { toolName: 'get_time', input: { city: 'sample city' } },
          { toolName: 'get_weather', input: { city: 'sample city' } },
        ]);
    },

    async 'gets an object of a form, whole and streamed'({ name }, world) {
      const output = Output.object({ schema: SCHEMA });
      const asked = { model: spillway(world)(name), prompt, output, maxRetries: 0 };
      expect((await generateText(asked)).output).toEqual({ city: 'sample city' });
      expect(await streamText(asked).output).toEqual({ city: 'sample city' });
    },

    async 'is told what is wrong with its call'({ name }, world) {
      for (const [model, status] of [
        [spillway(world)('nobody'), 400],
        [spillway(world, 'sk-wrong')(name), 401],
      ] as const)
        await expect(generateText({ model, prompt, maxRetries: 0 })).rejects.toSatisfy(
          (error) => APICallError.isInstance(error) && error.statusCode === status,
          String(status),
        );
    },

    async 'hears what its vendor refuses, whole and streamed'(vendor, world) {
      const asked = { model: spillway(world)(vendor.name), prompt, maxRetries: 0 };
      await eachRefusal(vendor, world, async ({ status, stream }) => {
        const refused = (error: unknown): boolean =>
          APICallError.isInstance(error) &&
          error.statusCode === status &&
          error.message.includes(MOON);
        if (stream)
          expect(await errorsOf(asked)).toSatisfy(([error]) => refused(error), String(status));
        else await expect(generateText(asked)).rejects.toSatisfy(refused, String(status));
      });
    },

    async 'hears in a stream what goes wrong in it'(vendor, world) {
      const asked = { model: spillway(world)(vendor.name), prompt, maxRetries: 0 };
      await eachBreak(vendor, world, async (said) => {
        const errors = await errorsOf(asked);
        expect(errors.length).toBeGreaterThan(0);
        expect(JSON.stringify(errors.map(String))).toContain(said ?? '');
      });
    },
  },
});

/** What its stream calls an error. */
const errorsOf = async (asked: Parameters<typeof streamText>[0]): Promise<unknown[]> => {
  const { stream } = streamText({ ...asked, onError: () => {} });
  const parts = await Array.fromAsync(stream);
  return parts.flatMap((part) => (part.type === 'error' ? [part.error] : []));
};

clientMatrix('the AI SDK, for embeddings', {
  before: vendors.filter(({ embeds }) => embeds !== undefined),
  cases: {
    async 'gets the vector of a text'(vendor, world) {
      const model = spillway(world).embeddingModel(vectorsOf(vendor));
      const { embedding, usage } = await embed({ model, value: 'Hi there', maxRetries: 0 });
      expect(embedding.length).toBeGreaterThan(100);
      expect(usage.tokens).toBeGreaterThan(0);
    },

    async 'gets the vectors of many, in their order'(vendor, world) {
      const model = spillway(world).embeddingModel(vectorsOf(vendor));
      const values = ['The sky is blue.', '空は青い。'];
      const { embeddings } = await embedMany({ model, values, maxRetries: 0 });
      for (const [at, value] of values.entries())
        expect((await embed({ model, value, maxRetries: 0 })).embedding).toEqual(embeddings[at]);
    },
  },
});
