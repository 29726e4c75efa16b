import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DifyPlugin, VERSIONS } from '../kit/dify-plugin.ts';
import { GROUP, KEY, startPlayed, vendors } from './vendors.ts';

const QUESTION = [
  { role: 'system', content: 'You are helpful.' },
  { role: 'user', content: 'Why is the sky blue?' },
];

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'The weather of a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
  },
];

const matrix = vendors.flatMap((vendor) =>
  VERSIONS.map((version) => ({ ...vendor, vendor, version })),
);

describe.each(matrix)('Dify’s plugin $version, before $provider', ({ vendor, version }) => {
  let world: Awaited<ReturnType<typeof startPlayed>>;
  beforeEach(async () => (world = await startPlayed(vendor)));
  afterEach(() => world.close());

  const plugin = (more: { endpoint?: string; model?: string; key?: string } = {}) =>
    new DifyPlugin({ version, endpoint: `${world.url}/v1`, key: KEY, model: GROUP, ...more });

  it('saves a model, with both forms of the URL, and for streams', async () => {
    for (const endpoint of ['', '/', '/v1', '/v1/'])
      await plugin({ endpoint: `${world.url}${endpoint}` }).validate();
    await plugin().validateStream();
  });

  it('runs a node', async () => {
    const answer = await plugin().stream({}, QUESTION);
    expect(answer.content).toContain('“Why is the sky blue?”');
    expect(answer.finish).toBe('stop');
    // Only the newer one asks for it.
    if (version === 'current') expect(answer.usage!.completion_tokens).toBeGreaterThan(3);
  });

  it('runs six branches at once, each on a connection of its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => plugin().stream({}, QUESTION)),
    );
    for (const { content } of answers) expect(content).toContain('“Why is the sky blue?”');
  });

  it('calls tools and gives their results back', async () => {
    const { tools, finish } = await plugin().stream(
      { tools: TOOLS, tool_choice: 'required' },
      QUESTION,
    );
    expect(tools).toMatchObject([{ name: 'get_weather', input: expect.any(String) as string }]);
    expect(JSON.parse(tools[0]!.input)).toEqual({ city: 'sample city' });
    expect(finish).toBe('tool_calls');
    const [{ id, name, input }] = tools as [(typeof tools)[0]];
    const said = await plugin().stream({ tools: TOOLS, tool_choice: 'auto' }, [
      ...QUESTION,
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id, type: 'function', function: { name, arguments: input } }],
      },
      { role: 'tool', tool_call_id: id, content: '21 °C' },
    ]);
    expect(['stop', 'tool_calls']).toContain(said.finish);
  });

  it('asks for JSON', async () => {
    const { content } = await plugin().stream(
      {
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: 'place',
            schema: {
              type: 'object',
              properties: { city: { type: 'string' } },
              required: ['city'],
            },
          },
        },
      },
      QUESTION,
    );
    expect(JSON.parse(content)).toEqual({ city: expect.any(String) as string });
  });

  it('names a conversation', async () => {
    const { content, usage } = await plugin().whole(QUESTION);
    expect(content.length).toBeGreaterThan(0);
    expect(usage!.prompt_tokens).toBeGreaterThan(3);
  });

  it('shows a person what is wrong, and no second call is provoked', async () => {
    for (const [more, message] of [
      [{ model: 'nobody' }, /^API request failed with status code 400: .*Invalid model name/],
      [{ model: '' }, /status code 400: .*model/],
      [{ key: 'sk-wrong' }, /status code 401: /],
      [{ key: '' }, /status code 401: /],
    ] as const) {
      const failed = plugin(more).validate();
      await expect(failed).rejects.toThrow(message);
      // Words upon which it would try something else.
      await expect(failed).rejects.not.toThrow(
        /max_output_tokens|integer_below_min|budget_tokens|thinking/,
      );
    }
  });
});
