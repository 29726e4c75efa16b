import {
  ApiError,
  FunctionCallingConfigMode,
  type GenerateContentResponse,
  GoogleGenAI,
} from '@google/genai';
import { expect } from 'vitest';
import {
  KEY,
  MOON,
  type PlayedWorld,
  THOUGHT,
  clientMatrix,
  eachBreak,
  eachRefusal,
  vectorsOf,
  vendors,
} from './vendors.ts';

const models = ({ url }: PlayedWorld, apiKey = KEY): GoogleGenAI['models'] =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } }).models;

const contents = 'Why is the sky blue?';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};

const tools = [{ functionDeclarations: [{ name: 'get_time', parametersJsonSchema: schema }] }];

const textOf = (all: readonly GenerateContentResponse[]): string =>
  all.map(({ text = '' }) => text).join('');

/** The same question, whole and streamed: what came of it, in one piece or many. */
const both = async (
  world: PlayedWorld,
  asked: Parameters<GoogleGenAI['models']['generateContent']>[0],
): Promise<GenerateContentResponse[][]> => [
  [await models(world).generateContent(asked)],
  await Array.fromAsync(await models(world).generateContentStream(asked)),
];

clientMatrix('Google’s SDK', {
  skips: {
    vllm: { 'reads a document': 'what a server of one’s own takes is its own affair' },
    cohere: { 'reads a document': 'its documents are texts' },
    'vertex-open': { 'reads a document': 'what an open model takes is its own affair' },
  },
  cases: {
    async 'gets a text, whole and streamed, and what it took'({ name }, world) {
      const config = { systemInstruction: 'Be brief.', maxOutputTokens: 300 };
      for (const all of await both(world, { model: name, contents, config })) {
        expect(textOf(all)).toContain('“Why is the sky blue?”');
        const { candidates, usageMetadata } = all.at(-1)!;
        expect(candidates).toMatchObject([{ finishReason: 'STOP' }]);
        expect(usageMetadata!.promptTokenCount).toBeGreaterThan(5);
        expect(usageMetadata!.candidatesTokenCount).toBeGreaterThan(20);
      }
    },

    async 'calls a tool, whole and streamed, and gives its result back'({ name }, world) {
      const { ANY } = FunctionCallingConfigMode;
      const functionCallingConfig = { mode: ANY, allowedFunctionNames: ['get_time'] };
      const asked = {
        model: name,
        contents,
        config: { tools, toolConfig: { functionCallingConfig } },
      };
      for (const all of await both(world, asked)) {
        const calls = all.flatMap(({ functionCalls = [] }) => functionCalls);
        expect(calls).toMatchObject([{ name: 'get_time', args: { city: 'sample city' } }]);
        const said = all.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
        const { id } = calls[0]!;
        const functionResponse = {
          ...(id !== undefined && { id }),
          name: 'get_time',
          response: { output: 'half past six' },
        };
        const after = await models(world).generateContent({
          model: name,
          config: { tools },
          contents: [
            { role: 'user', parts: [{ text: contents }] },
            { role: 'model', parts: said },
            { role: 'user', parts: [{ functionResponse }] },
          ],
        });
        expect(after.text).toContain('half past six');
      }
    },

    async 'calls tools side by side, whole and streamed'({ name }, world) {
      const functionDeclarations = ['get_weather', 'get_time'].map((tool) => ({
        name: tool,
        parametersJsonSchema: schema,
      }));
      const asked = {
        model: name,
        contents: 'Use get_weather and get_time.',
        config: { tools: [{ functionDeclarations }] },
      };
      for (const all of await both(world, asked))
        expect(all.flatMap(({ functionCalls = [] }) => functionCalls)).toMatchObject([
          { name: 'get_weather', args: { city: 'sample city' } },
          { name: 'get_time', args: { city: 'sample city' } },
        ]);
    },

    async 'gets an object of a form, whole and streamed'({ name }, world) {
      const config = { responseMimeType: 'application/json', responseJsonSchema: schema };
      for (const all of await both(world, { model: name, contents, config }))
        expect(JSON.parse(textOf(all))).toEqual({ city: 'sample city' });
    },

    async 'shows a picture'({ name }, world) {
      const inlineData = { mimeType: 'image/png', data: 'iVBORw0KGgo=' };
      const asked = [{ inlineData }, { text: 'What is this?' }];
      const { text } = await models(world).generateContent({ model: name, contents: asked });
      expect(text).toContain('“What is this?”');
    },

    async 'reads a document'({ name }, world) {
      const inlineData = { mimeType: 'application/pdf', data: 'JVBERi0xLjQ=' };
      const asked = [{ inlineData }, { text: 'What is this?' }];
      const { text } = await models(world).generateContent({ model: name, contents: asked });
      expect(text).toContain('“What is this?”');
    },

    async 'asks for thoughts, whole and streamed, and gives them back'({ name, thinks }, world) {
      const config = { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } };
      for (const all of await both(world, { model: name, contents, config })) {
        const said = all.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
        const thoughts = said.map(({ thought, text = '' }) => (thought ? text : ''));
        expect(thoughts.join('')).toBe(thinks ? THOUGHT : '');
        const after = await models(world).generateContent({
          model: name,
          config,
          contents: [
            { role: 'user', parts: [{ text: contents }] },
            { role: 'model', parts: said },
            { role: 'user', parts: [{ text: 'And red?' }] },
          ],
        });
        expect(after.text).toContain('“And red?”');
      }
    },

    async 'stops where it is told to'({ name }, world) {
      const config = { maxOutputTokens: 16 };
      for (const all of await both(world, { model: name, contents, config }))
        expect(all.at(-1)!.candidates).toMatchObject([{ finishReason: 'MAX_TOKENS' }]);
    },

    async 'has tokens counted'({ name }, world) {
      const { totalTokens } = await models(world).countTokens({ model: name, contents });
      expect(totalTokens).toBeGreaterThan(3);
    },

    async 'is told what is wrong with its call'({ name }, world) {
      const failed = models(world).generateContent({ model: 'nobody', contents });
      await expect(failed).rejects.toSatisfy(
        (error) => error instanceof ApiError && error.status === 400,
      );
      await expect(failed).rejects.toThrow(/"status":"INVALID_ARGUMENT"/);
      const stranger = models(world, 'sk-wrong').generateContent({ model: name, contents });
      await expect(stranger).rejects.toMatchObject({ status: 401 });
      await expect(stranger).rejects.toThrow(/"status":"UNAUTHENTICATED"/);
    },

    async 'hears what its vendor refuses, whole and streamed'(vendor, world) {
      const asked = { model: vendor.name, contents };
      await eachRefusal(vendor, world, async ({ status, stream }) => {
        const failed = stream
          ? models(world).generateContentStream(asked)
          : models(world).generateContent(asked);
        await expect(failed).rejects.toSatisfy(
          (error) =>
            error instanceof ApiError && error.status === status && error.message.includes(MOON),
          `${status}, stream: ${stream}`,
        );
      });
    },

    async 'hears in a stream what goes wrong in it'(vendor, world) {
      await eachBreak(vendor, world, async (said) => {
        const stream = await models(world).generateContentStream({ model: vendor.name, contents });
        await expect(Array.fromAsync(stream)).rejects.toThrow(said ?? /./);
      });
    },
  },
});

clientMatrix('Google’s SDK, for embeddings', {
  before: vendors.filter(({ embeds }) => embeds !== undefined),
  cases: {
    async 'gets the vector of a text'(vendor, world) {
      const { embeddings } = await models(world).embedContent({
        model: vectorsOf(vendor),
        contents: 'The sky is blue.',
      });
      expect(embeddings).toHaveLength(1);
      expect(embeddings![0]!.values!.length).toBeGreaterThan(100);
    },

    async 'gets the vectors of many, in their order'(vendor, world) {
      const model = vectorsOf(vendor);
      const many = ['The sky is blue.', '空は青い。'];
      const { embeddings } = await models(world).embedContent({ model, contents: many });
      for (const [at, text] of many.entries()) {
        const one = await models(world).embedContent({ model, contents: text });
        expect(embeddings![at]!.values).toEqual(one.embeddings![0]!.values);
      }
    },

    async 'hears what its vendor refuses'(vendor, world) {
      await world.fault(vendor, { kind: 'http', status: 400, message: MOON });
      const failed = models(world).embedContent({ model: vectorsOf(vendor), contents: 'Hi' });
      await expect(failed).rejects.toMatchObject({ status: 400 });
      await expect(failed).rejects.toThrow(/The moon is full\./);
    },
  },
});
