import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import { startPlayed } from './kit/played.ts';

const CLAUDE = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const VENDOR = `
profile: bedrock
projects:
  - {id: a, key: "AKIDONE:se/cret+1", models: ["us.${CLAUDE}", amazon.titan-embed-text-v2:0, cohere.embed-english-v3]}
  - {id: b, key: bedrock-api-key, models: ["us.${CLAUDE}"]}
`;
const CONFIG = `
model_list:
  - model_name: claude
    litellm_params:
      model: bedrock/us.${CLAUDE}
      aws_access_key_id: os.environ/KEY_ID
      aws_secret_access_key: os.environ/KEY_SECRET
      aws_region_name: eu-west-1
      aws_bedrock_runtime_endpoint: VENDOR
  - model_name: by-key
    litellm_params: {model: "bedrock/converse/us.${CLAUDE}", api_key: bedrock-api-key, api_base: VENDOR}
  - model_name: wrong
    litellm_params: {model: "bedrock/us.${CLAUDE}", aws_access_key_id: AKIDONE, aws_secret_access_key: another, api_base: VENDOR}
  - model_name: titan
    litellm_params: {model: "bedrock/amazon.titan-embed-text-v2:0", aws_access_key_id: AKIDONE, aws_secret_access_key: se/cret+1, api_base: VENDOR}
  - model_name: embed
    litellm_params: {model: bedrock/cohere.embed-english-v3, aws_access_key_id: AKIDONE, aws_secret_access_key: se/cret+1, api_base: VENDOR}
`;
const VARIABLES = { KEY_ID: 'AKIDONE', KEY_SECRET: 'se/cret+1' };

const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_time',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

let world: Awaited<ReturnType<typeof startPlayed>>;
afterEach(() => world.close());

const start = async () => {
  world = await startPlayed(VENDOR, CONFIG, VARIABLES);
  return world;
};

describe('the OpenAI SDK before Bedrock', () => {
  test.each(['claude', 'by-key'])(
    'gets a whole answer, and a streamed one, from %s',
    async (model) => {
      const { openai, simulator } = await start();
      const reply = await openai.chat.completions.create({ model, messages });
      const stream = openai.chat.completions.stream({
        model,
        messages,
        stream_options: { include_usage: true },
      });
      for (const { choices, usage, created, id } of [reply, await stream.finalChatCompletion()]) {
        expect(choices[0]!.message.content).toContain('“Why is the sky blue?”');
        expect(choices[0]!.finish_reason).toBe('stop');
        expect(usage!.prompt_tokens).toBeGreaterThan(5);
        expect(usage!.completion_tokens).toBeGreaterThan(20);
        expect(created).toBeGreaterThan(1_700_000_000);
        expect(id).not.toBe('');
      }
      expect(simulator.projects()[model === 'claude' ? 0 : 1]).toMatchObject({ requests: 2 });
    },
  );

  test('calls tools, and gives their results back', async () => {
    const { openai } = await start();
    const wish = { model: 'claude', messages, tools, tool_choice: 'required' as const };
    const whole = await openai.chat.completions.create(wish);
    const streamed = await openai.chat.completions.stream(wish).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]!.finish_reason).toBe('tool_calls');
      expect(choices[0]!.message.tool_calls).toMatchObject([
        {
          id: expect.stringMatching(/^tooluse_/) as string,
          function: { name: 'get_time', arguments: '{"city":"sample city"}' },
        },
      ]);
    }
    const { message } = whole.choices[0]!;
    const result = {
      role: 'tool' as const,
      tool_call_id: message.tool_calls![0]!.id,
      content: '7',
    };
    const last = await openai.chat.completions.create({
      model: 'claude',
      messages: [...messages, message, result],
    });
    expect(last.choices[0]!.message.content).not.toBe('');
  });

  test('gets JSON in the form that it asks for', async () => {
    const { openai } = await start();
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const wish = {
      model: 'claude',
      messages,
      response_format: { type: 'json_schema' as const, json_schema: { name: 'a', schema } },
    };
    const whole = await openai.chat.completions.create(wish);
    const streamed = await openai.chat.completions.stream(wish).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(JSON.parse(choices[0]!.message.content!)).toEqual({ city: 'sample city' });
      expect(choices[0]!.finish_reason).toBe('stop');
      expect(choices[0]!.message.tool_calls ?? []).toEqual([]);
    }
  });

  test('gets thoughts', async () => {
    const { openai } = await start();
    const { choices } = await openai.chat.completions.create({
      model: 'claude',
      messages,
      reasoning_effort: 'low',
    });
    expect(choices[0]!.message).toMatchObject({
      reasoning_content: 'The simulator thinks before it speaks.',
    });
  });

  test('is told what the model cannot take', async () => {
    const { openai, post } = await start();
    const asked = { model: 'claude', messages, seed: 7 };
    await expect(openai.chat.completions.create(asked)).rejects.toMatchObject({
      status: 400,
      param: 'seed',
    });
    const dropping = await post('/v1/chat/completions', { ...asked, drop_params: true });
    expect(dropping.status).toBe(200);
  });

  test('hears errors in its own words', async () => {
    const { openai, fault } = await start();
    await expect(
      openai.chat.completions.create({ model: 'wrong', messages }),
    ).rejects.toBeInstanceOf(OpenAI.APIError);
    await fault({ kind: 'error_event', after_events: 3, message: 'Busy.' });
    const stream = await openai.chat.completions.create({
      model: 'claude',
      messages,
      stream: true,
    });
    const read = async (): Promise<void> => {
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    };
    await expect(read()).rejects.toThrow('Busy.');
  });

  test('gets embeddings of both makers, in the form that it asks for by itself', async () => {
    const { openai } = await start();
    const one = await openai.embeddings.create({ model: 'titan', input: 'a', dimensions: 256 });
    expect(one.data.map(({ embedding }) => embedding.length)).toEqual([256]);
    expect(one.usage.prompt_tokens).toBe(1);
    const two = await openai.embeddings.create({ model: 'embed', input: ['a', 'b'] });
    expect(two.data.map(({ embedding }) => embedding.length)).toEqual([1024, 1024]);
    const texts = Array.from({ length: 20 }, (_, i) => 'a '.repeat(i + 1));
    const many = await openai.embeddings.create({ model: 'titan', input: texts });
    const alone = await openai.embeddings.create({ model: 'titan', input: texts[17]! });
    expect(many.data.map(({ index }) => index)).toEqual(texts.map((_, i) => i));
    expect(many.data[17]!.embedding).toEqual(alone.data[0]!.embedding);
    expect(many.data[16]!.embedding).not.toEqual(alone.data[0]!.embedding);
    expect(many.usage.prompt_tokens).toBeGreaterThan(19 * alone.usage.prompt_tokens * 0.4);
  });
});
