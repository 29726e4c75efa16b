import { expect } from 'vitest';
import { DifyPlugin, type PluginSettings, VERSIONS } from '../kit/dify-plugin.ts';
import {
  KEY,
  type PlayedVendor,
  type PlayedWorld,
  clientMatrix,
  eachBreak,
  eachRefusal,
  ranksOf,
  vectorsOf,
  vendors,
} from './vendors.ts';

const QUESTION = [
  { role: 'system', content: 'You are helpful.' },
  { role: 'user', content: 'Why is the sky blue?' },
];

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};

const FUNCTION = { name: 'get_time', description: 'The time in a city.', parameters: SCHEMA };

const TOOLS = [{ type: 'function', function: FUNCTION }];

/** Words upon which it would try something else. */
const PROVOKING = /max_output_tokens|integer_below_min|budget_tokens|thinking/;

const PICTURE = {
  type: 'image_url',
  image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' },
};

const DOCUMENT = {
  type: 'file',
  file: { file_data: 'data:application/pdf;base64,JVBERi0xLjQ=', filename: 'a.pdf' },
};

/** Models that take a temperature, which a node sends unless a person takes it away. */
const COMMON = vendors.filter(({ model }) => !model.startsWith('gpt-5'));

for (const version of VERSIONS) {
  const plugin = (
    { name }: Pick<PlayedVendor, 'name'>,
    { url }: PlayedWorld,
    more: Partial<PluginSettings> = {},
  ): DifyPlugin =>
    new DifyPlugin({ version, endpoint: `${url}/v1`, key: KEY, model: name, ...more });

  const sees = (file: object) => [
    { role: 'user', content: [{ type: 'text', text: 'What is this?' }, file] },
  ];

  clientMatrix(`Dify’s plugin ${version}`, {
    before: COMMON,
    skips: {
      vllm: { 'reads a document': 'what a server of one’s own takes is its own affair' },
      cohere: { 'reads a document': 'its documents are texts' },
      'vertex-open': { 'reads a document': 'what an open model takes is its own affair' },
    },
    cases: {
      async 'saves a model, with both forms of the URL, and for streams'(vendor, world) {
        for (const path of ['', '/', '/v1', '/v1/'])
          await plugin(vendor, world, { endpoint: `${world.url}${path}` }).validate();
        await plugin(vendor, world).validateStream();
      },

      async 'saves a model that completes texts'(vendor, world) {
        await plugin(vendor, world).validateCompletion();
      },

      async 'runs a node'(vendor, world) {
        const answer = await plugin(vendor, world).stream({}, QUESTION);
        expect(answer.content).toContain('“Why is the sky blue?”');
        expect(answer.finish).toBe('stop');
        // Only the newer one asks for it.
        if (version === 'current') expect(answer.usage!.completion_tokens).toBeGreaterThan(20);
        else expect(answer.usage).toBeUndefined();
      },

      async 'runs six branches at once, each on a connection of its own'(vendor, world) {
        const answers = await Promise.all(
          Array.from({ length: 6 }, () => plugin(vendor, world).stream({}, QUESTION)),
        );
        for (const { content } of answers) expect(content).toContain('“Why is the sky blue?”');
      },

      async 'calls tools and gives their results back'(vendor, world) {
        const { tools, finish } = await plugin(vendor, world).stream(
          { tools: TOOLS, tool_choice: 'required' },
          QUESTION,
        );
        expect(tools).toMatchObject([{ name: 'get_time' }]);
        const [{ id, name, input }] = tools as [(typeof tools)[0]];
        expect(JSON.parse(input)).toEqual({ city: 'sample city' });
        expect(finish).toBe('tool_calls');
        const call = { id, type: 'function', function: { name, arguments: input } };
        const said = await plugin(vendor, world).stream({ tools: TOOLS, tool_choice: 'auto' }, [
          ...QUESTION,
          { role: 'assistant', content: '', tool_calls: [call] },
          { role: 'tool', tool_call_id: id, content: 'half past six' },
        ]);
        expect(said.content).toContain('“half past six”');
      },

      async 'calls tools side by side'(vendor, world) {
        const both = [...TOOLS, { type: 'function', function: { ...FUNCTION, name: 'get_rain' } }];
        const { tools } = await plugin(vendor, world).stream({ tools: both, tool_choice: 'auto' }, [
          { role: 'user', content: 'Use get_time and get_rain.' },
        ]);
        expect(tools.map(({ name }) => name)).toEqual(['get_time', 'get_rain']);
        for (const { input } of tools) expect(JSON.parse(input)).toEqual({ city: 'sample city' });
      },

      async 'calls functions and gives their results back'(vendor, world) {
        const { tools } = await plugin(vendor, world).stream(
          { functions: [FUNCTION], function_call: { name: 'get_time' } },
          QUESTION,
        );
        expect(tools.map(({ name }) => name)).toContain('get_time');
        const input = tools.map((piece) => piece.input).join('');
        expect(JSON.parse(input)).toEqual({ city: 'sample city' });
        const said = await plugin(vendor, world).stream({ functions: [FUNCTION] }, [
          ...QUESTION,
          { role: 'assistant', content: '', function_call: { name: 'get_time', arguments: input } },
          { role: 'function', name: 'get_time', content: 'half past six' },
        ]);
        expect(said.content).toContain('“half past six”');
      },

      async 'asks for JSON, of a form and of none'(vendor, world) {
        const json_schema = { name: 'place', schema: SCHEMA };
        const formed = { response_format: { type: 'json_schema', json_schema } };
        const { content } = await plugin(vendor, world).stream(formed, QUESTION);
        expect(JSON.parse(content)).toEqual({ city: 'sample city' });
        const plain = { response_format: { type: 'json_object' } };
        const free = await plugin(vendor, world).stream(plain, QUESTION);
        expect(JSON.parse(free.content)).toBeTypeOf('object');
      },

      async 'shows a picture'(vendor, world) {
        const { content } = await plugin(vendor, world).stream({}, sees(PICTURE));
        expect(content).toContain('“What is this?”');
      },

      async 'reads a document'(vendor, world) {
        const { content } = await plugin(vendor, world).stream({}, sees(DOCUMENT));
        expect(content).toContain('“What is this?”');
      },

      async 'names a conversation'(vendor, world) {
        const { content, usage } = await plugin(vendor, world).whole(QUESTION);
        expect(content).toContain('“Why is the sky blue?”');
        expect(usage!.prompt_tokens).toBeGreaterThan(5);
      },

      async 'shows a person what is wrong, and no second call is provoked'(vendor, world) {
        for (const [more, message] of [
          [{ model: 'nobody' }, /^API request failed with status code 400: .*Invalid model name/],
          [{ model: '' }, /status code 400: .*model/],
          [{ key: 'sk-wrong' }, /status code 401: /],
          [{ key: '' }, /status code 401: /],
        ] as const) {
          const failed = plugin(vendor, world, more).validate();
          await expect(failed).rejects.toThrow(message);
          await expect(failed).rejects.not.toThrow(PROVOKING);
        }
      },

      async 'shows a person what the vendor refuses, whole and streamed'(vendor, world) {
        await eachRefusal(vendor, world, async ({ status, stream }) => {
          const ask = stream ? 'validateStream' : 'validate';
          await expect(plugin(vendor, world)[ask]()).rejects.toThrow(
            new RegExp(`^API request failed with status code ${status}: .*The moon is full\\.`),
          );
        });
      },

      async 'shows a person what goes wrong in a stream'(vendor, world) {
        await eachBreak(vendor, world, async (said) => {
          await expect(plugin(vendor, world).stream({}, QUESTION)).rejects.toThrow(said ?? /./);
        });
      },
    },
  });

  clientMatrix(`Dify’s plugin ${version}, for embeddings`, {
    before: vendors.filter(({ embeds }) => embeds !== undefined),
    cases: {
      async 'saves a model'(vendor, world) {
        for (const path of ['', '/', '/v1', '/v1/'])
          await plugin({ name: vectorsOf(vendor) }, world, {
            endpoint: `${world.url}${path}`,
          }).validateEmbeddings();
      },

      async 'makes vectors of many, in their order'(vendor, world) {
        const maker = plugin({ name: vectorsOf(vendor) }, world);
        const texts = ['The sky is blue.', '空は青い。'];
        const many = await maker.embeddings(texts);
        for (const [at, text] of texts.entries())
          expect(await maker.embeddings([text])).toEqual([many[at]]);
      },

      async 'without a key is told so'(vendor, world) {
        const stranger = plugin({ name: vectorsOf(vendor) }, world, { key: '' });
        await expect(stranger.embeddings(['Hi'])).rejects.toThrow(/^401 Error: \{"error":/);
      },
    },
  });

  clientMatrix(`Dify’s plugin ${version}, for the order of documents`, {
    before: vendors.filter(({ ranks }) => ranks !== undefined),
    cases: {
      async 'saves a model'(vendor, world) {
        await plugin({ name: ranksOf(vendor) }, world).validateRerank();
      },

      async 'gives each a score, the best first'(vendor, world) {
        const documents = ['Of the sea.', 'Of the blue sky.', 'Of the sky.'];
        const ranked = await plugin({ name: ranksOf(vendor) }, world).rerank('the sky', documents);
        expect(new Set(ranked.map(([index]) => index))).toEqual(new Set([0, 1, 2]));
        const scores = ranked.map(([, score]) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      },
    },
  });
}
