import OpenAI from 'openai';
import { expect } from 'vitest';
import { KEY, MOON, type PlayedWorld, clientMatrix, vectorsOf, vendors } from './vendors.ts';

const embeddings = ({ url }: PlayedWorld, apiKey = KEY): OpenAI.Embeddings =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }).embeddings;

const input = ['The sky is blue.', '空は青い。'];

clientMatrix('the OpenAI SDK, for embeddings', {
  before: vendors.filter(({ embeds }) => embeds !== undefined),
  skips: {
    'bedrock-nova': { 'asks for shorter vectors': 'its vectors have one length' },
  },
  cases: {
    async 'gets the vector of a text'(vendor, world) {
      const model = vectorsOf(vendor);
      const { object, data, usage } = await embeddings(world).create({ model, input: input[0]! });
      expect({ object, data }).toMatchObject({ object: 'list', data: [{ index: 0 }] });
      expect(data[0]!.embedding.length).toBeGreaterThan(100);
      expect(usage.prompt_tokens).toBeGreaterThan(3);
    },

    async 'gets the vectors of many, in their order'(vendor, world) {
      const model = vectorsOf(vendor);
      const { data } = await embeddings(world).create({ model, input });
      for (const [at, text] of input.entries()) {
        const one = await embeddings(world).create({ model, input: text });
        expect(data[at]).toEqual({ ...one.data[0], index: at });
      }
    },

    // What its SDK asks for by itself, and undoes.
    async 'gets the same numbers as text and as bytes'(vendor, world) {
      const asked = { model: vectorsOf(vendor), input: input[1]! };
      const plain = await embeddings(world).create({ ...asked, encoding_format: 'float' });
      const packed = await embeddings(world).create(asked);
      const numbers = plain.data[0]!.embedding;
      for (const [at, number] of packed.data[0]!.embedding.entries())
        expect(number).toBeCloseTo(numbers[at]!, 6);
    },

    async 'asks for shorter vectors'(vendor, world) {
      const asked = { model: vectorsOf(vendor), input: 'Hi', dimensions: 256 };
      const { data } = await embeddings(world).create(asked);
      expect(data[0]!.embedding).toHaveLength(256);
    },

    async 'is told what is wrong with its call'(vendor, world) {
      const model = vectorsOf(vendor);
      const fail = (changes: object): Promise<unknown> =>
        embeddings(world)
          .create({ model, input, ...changes })
          .catch((error: unknown) => error);
      expect(await fail({ model: 'nobody' })).toMatchObject({ status: 400, param: 'model' });
      expect(await fail({ input: 7 })).toMatchObject({ status: 400, param: 'input' });
      const stranger = embeddings(world, 'sk-wrong').create({ model, input });
      await expect(stranger).rejects.toMatchObject({ status: 401 });
    },

    async 'hears what its vendor refuses'(vendor, world) {
      for (const status of [400, 500, 503]) {
        await world.fault(vendor, { kind: 'http', status, message: MOON });
        await expect(
          embeddings(world).create({ model: vectorsOf(vendor), input: 'Hi' }),
        ).rejects.toSatisfy(
          (error) =>
            error instanceof OpenAI.APIError &&
            error.status === status &&
            error.message.includes(MOON),
          String(status),
        );
      }
    },
  },
});
