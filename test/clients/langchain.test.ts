import { type BaseMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
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

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

const TOOL = {
  type: 'function',
  function: { name: 'get_time', description: 'The time in a city.', parameters: SCHEMA },
} as const;

const chat = ({ url }: PlayedWorld, model: string, apiKey = KEY): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey, maxRetries: 0, configuration: { baseURL: `${url}/v1` } });

const summed = async <Chunk extends BaseMessageChunk>(
  stream: AsyncIterable<Chunk>,
): Promise<Chunk> => {
  const chunks = await Array.fromAsync(stream);
  return chunks.reduce((sum, chunk) => sum.concat(chunk as never) as never);
};

const MANY = expect.toSatisfy((tokens: number) => tokens > 5) as number;

const question = 'Why is the sky blue?';

clientMatrix('LangChain', {
  cases: {
    async 'gets a text, whole and streamed, and what it took'({ name }, world) {
      const model = chat(world, name);
      const whole = await model.invoke(question);
      const streamed = await summed(await model.stream(question));
      for (const said of [whole, streamed]) {
        expect(said.text).toContain('“Why is the sky blue?”');
        expect(said).toMatchObject({
          response_metadata: { finish_reason: 'stop' },
          usage_metadata: { input_tokens: MANY, output_tokens: MANY },
        });
      }
    },

    async 'calls a tool, whole and streamed, and gives its result back'({ name }, world) {
      const model = chat(world, name);
      const bound = model.bindTools([TOOL], { tool_choice: 'get_time' });
      const asked = new HumanMessage(question);
      const whole = await bound.invoke([asked]);
      const streamed = await summed(await bound.stream([asked]));
      for (const said of [whole, streamed]) {
        expect(said.tool_calls).toMatchObject([
          { name: 'get_time', args: { city: 'sample city' } },
        ]);
        const { id = '' } = said.tool_calls![0]!;
        const result = new ToolMessage({ tool_call_id: id, content: 'half past six' });
        const after = await model.bindTools([TOOL]).invoke([asked, said, result]);
        expect(after.text).toContain('“half past six”');
      }
    },

    async 'gets an object of a form'({ name }, world) {
      for (const method of ['jsonSchema', 'functionCalling'] as const) {
        const form = chat(world, name).withStructuredOutput(SCHEMA, { name: 'place', method });
        expect(await form.invoke(question)).toEqual({ city: 'sample city' });
      }
    },

    async 'is told what is wrong with its call'({ name }, world) {
      await expect(chat(world, 'nobody').invoke(question)).rejects.toMatchObject({ status: 400 });
      const stranger = chat(world, name, 'sk-wrong');
      await expect(stranger.invoke(question)).rejects.toMatchObject({ status: 401 });
    },

    async 'hears what its vendor refuses, whole and streamed'(vendor, world) {
      const model = chat(world, vendor.name);
      const streamed = async () => summed(await model.stream(question));
      await eachRefusal(vendor, world, async ({ status, stream }) => {
        const failed = stream ? streamed() : model.invoke(question);
        await expect(failed).rejects.toMatchObject({ status });
        await expect(failed).rejects.toThrow(MOON);
      });
    },

    async 'hears in a stream what goes wrong in it'(vendor, world) {
      await eachBreak(vendor, world, async (said) => {
        const stream = await chat(world, vendor.name).stream(question);
        await expect(Array.fromAsync(stream)).rejects.toThrow(said ?? /./);
      });
    },
  },
});

clientMatrix('LangChain, for embeddings', {
  before: vendors.filter(({ embeds }) => embeds !== undefined),
  cases: {
    async 'gets the vectors of many, in their order'(vendor, { url }) {
      const vectors = new OpenAIEmbeddings({
        model: vectorsOf(vendor),
        apiKey: KEY,
        maxRetries: 0,
        configuration: { baseURL: `${url}/v1` },
      });
      const texts = ['The sky is blue.', '空は青い。'];
      const many = await vectors.embedDocuments(texts);
      for (const [at, text] of texts.entries())
        expect(await vectors.embedQuery(text)).toEqual(many[at]);
    },
  },
});
