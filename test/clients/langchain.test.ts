import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GROUP, KEY, startPlayed, vendors } from './vendors.ts';

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
} as const;

describe.each(vendors)('LangChain, before $provider', (vendor) => {
  let world: Awaited<ReturnType<typeof startPlayed>>;
  beforeEach(async () => (world = await startPlayed(vendor)));
  afterEach(() => world.close());

  const chat = (model = GROUP) =>
    new ChatOpenAI({
      model,
      apiKey: KEY,
      maxRetries: 0,
      configuration: { baseURL: `${world.url}/v1` },
    });

  it('gets a text, whole and streamed, and what it took', async () => {
    const whole = await chat().invoke('Why is the sky blue?');
    expect(whole.text).toContain('“Why is the sky blue?”');
    expect(whole).toMatchObject({
      usage_metadata: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    });
    let text = '';
    for await (const piece of await chat().stream('Why is the sky blue?')) text += piece.text;
    expect(text).toContain('“Why is the sky blue?”');
  });

  it('calls a tool and gives its result back', async () => {
    const bound = chat().bindTools([WEATHER], { tool_choice: 'required' });
    const question = new HumanMessage('Weather?');
    const asked = await bound.invoke([question]);
    expect(asked.tool_calls).toMatchObject([
      { name: 'get_weather', args: { city: 'sample city' } },
    ]);
    const result = new ToolMessage({ tool_call_id: asked.tool_calls![0]!.id!, content: '21 °C' });
    const said = await chat().bindTools([WEATHER]).invoke([question, asked, result]);
    expect(said.text + JSON.stringify(said.tool_calls)).not.toBe('[]');
    let streamed: typeof asked | undefined;
    for await (const piece of await bound.stream([question]))
      streamed = streamed ? streamed.concat(piece) : piece;
    expect(streamed?.tool_calls).toMatchObject([{ name: 'get_weather' }]);
  });

  it('is told what is wrong', async () => {
    await expect(chat('nobody').invoke('Hi')).rejects.toMatchObject({ status: 400 });
  });
});
