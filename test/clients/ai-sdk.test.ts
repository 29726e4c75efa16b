import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, jsonSchema, Output, streamText, type ToolSet } from 'ai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GROUP, KEY, startPlayed, vendors } from './vendors.ts';

const SCHEMA = jsonSchema<{ city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
});

const tools: ToolSet = {
  get_weather: { description: 'The weather of a city.', inputSchema: SCHEMA as never },
};

describe.each(vendors)('the AI SDK, before $provider', (vendor) => {
  let world: Awaited<ReturnType<typeof startPlayed>>;
  beforeEach(async () => (world = await startPlayed(vendor)));
  afterEach(() => world.close());

  const model = (name = GROUP) =>
    createOpenAICompatible({
      name: 'spillway',
      baseURL: `${world.url}/v1`,
      apiKey: KEY,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(name);

  it('gets a text, whole and streamed, and what it took', async () => {
    const prompt = 'Why is the sky blue?';
    const whole = await generateText({ model: model(), prompt, maxRetries: 0 });
    expect(whole.text).toContain('“Why is the sky blue?”');
    expect(whole.finishReason).toBe('stop');
    expect(whole.usage.inputTokens).toBeGreaterThan(3);
    const stream = streamText({ model: model(), prompt, maxRetries: 0 });
    let text = '';
    for await (const piece of stream.textStream) text += piece;
    expect(text).toContain('“Why is the sky blue?”');
    expect(await stream.finishReason).toBe('stop');
    expect((await stream.usage).outputTokens).toBeGreaterThan(3);
  });

  it('calls tools, whole and streamed', async () => {
    const asked = { model: model(), prompt: 'Weather?', tools, toolChoice: 'required' as const };
    const whole = await generateText({ ...asked, maxRetries: 0 });
    const stream = streamText({ ...asked, maxRetries: 0 });
    for (const calls of [whole.toolCalls, await stream.toolCalls])
      expect(calls).toMatchObject([{ toolName: 'get_weather', input: { city: 'sample city' } }]);
    expect(whole.finishReason).toBe('tool-calls');
  });

  it('gets an object of a form', async () => {
    const { output } = await generateText({
      model: model(),
      prompt: 'Which city?',
      output: Output.object({ schema: SCHEMA }),
      maxRetries: 0,
    });
    expect(output).toEqual({ city: expect.any(String) as string });
  });

  it('is told what is wrong', async () => {
    const failed = generateText({ model: model('nobody'), prompt: 'Hi', maxRetries: 0 });
    await expect(failed).rejects.toSatisfy(
      (error) => APICallError.isInstance(error) && error.statusCode === 400,
    );
  });
});
