import { afterEach, describe, expect, test } from 'vitest';
import { startPlayed } from './kit/played.ts';

const VENDOR = 'profile: cohere\nprojects: [{id: a, key: cohere-key-a}]\n';
const CONFIG = `
model_list:
  - model_name: command
    litellm_params: {model: cohere_chat/command-a-03-2025, api_key: cohere-key-a, api_base: VENDOR}
  - model_name: thinker
    litellm_params: {model: cohere/command-a-reasoning-08-2025, api_key: cohere-key-a, api_base: VENDOR}
  - model_name: embed
    litellm_params: {model: cohere/embed-v4.0, api_key: cohere-key-a, api_base: VENDOR}
  - model_name: rerank
    litellm_params: {model: cohere/rerank-v3.5, api_key: cohere-key-a, api_base: VENDOR}
  - model_name: rerank-elsewhere
    litellm_params: {model: hosted_vllm/rerank-v3.5, api_key: cohere-key-a, api_base: VENDOR/v1}
  - model_name: wrong
    litellm_params: {model: cohere/command-a-03-2025, api_key: nobody, api_base: VENDOR}
`;

const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
const tools = [
  { type: 'function' as const, function: { name: 'get_time', parameters: { type: 'object' } } },
];

let world: Awaited<ReturnType<typeof startPlayed>>;
afterEach(() => world.close());

const start = async () => {
  world = await startPlayed(VENDOR, CONFIG);
  return world;
};

describe('the OpenAI SDK before Cohere', () => {
  test('gets a whole answer, and a streamed one', async () => {
    const { openai } = await start();
    const wish = { model: 'command', messages };
    const reply = await openai.chat.completions.create(wish);
    const usage = { stream_options: { include_usage: true } };
    const stream = openai.chat.completions.stream({ ...wish, ...usage });
    for (const { choices, usage: counted } of [reply, await stream.finalChatCompletion()]) {
      expect(choices[0]!.message.content).toContain('“Why is the sky blue?”');
      expect(choices[0]!.finish_reason).toBe('stop');
      expect(counted!.completion_tokens).toBeGreaterThan(20);
    }
  });

  test('calls tools, and gives their results back', async () => {
    const { openai } = await start();
    const wish = { model: 'command', messages, tools, tool_choice: 'required' as const };
    const whole = await openai.chat.completions.create(wish);
    const streamed = await openai.chat.completions.stream(wish).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]!.finish_reason).toBe('tool_calls');
      expect(choices[0]!.message.tool_calls).toMatchObject([{ function: { name: 'get_time' } }]);
    }
    const { message } = whole.choices[0]!;
    const result = {
      role: 'tool' as const,
      tool_call_id: message.tool_calls![0]!.id,
      content: '7',
    };
    const last = await openai.chat.completions.create({
      model: 'command',
      messages: [...messages, message, result],
    });
    expect(last.choices[0]!.finish_reason).toBe('stop');
  });

  test('gets thoughts of a model that thinks', async () => {
    const { openai } = await start();
    const { choices } = await openai.chat.completions.create({
      model: 'thinker',
      messages,
      reasoning_effort: 'low',
    });
    expect(choices[0]!.message).toMatchObject({
      reasoning_content: 'The simulator thinks before it speaks.',
    });
  });

  test('hears errors in its own words', async () => {
    const { openai, fault } = await start();
    const wrong = openai.chat.completions.create({ model: 'wrong', messages });
    await expect(wrong).rejects.toThrow('invalid api token');
    await fault({ kind: 'error_event', after_events: 3, message: 'Busy.' });
    const stream = await openai.chat.completions.create({
      model: 'command',
      messages,
      stream: true,
    });
    const read = async (): Promise<void> => {
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    };
    await expect(read()).rejects.toThrow('Busy.');
  });

  test('gets embeddings', async () => {
    const { openai } = await start();
    const input = ['a', 'b'];
    const { data, usage } = await openai.embeddings.create({
      model: 'embed',
      input,
      dimensions: 64,
    });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([64, 64]);
    expect(usage.prompt_tokens).toBe(2);
  });
});

describe('documents in the order of a question', () => {
  const documents = ['Light is fast.', { text: 'The sky is blue.' }, 'Why is the sky blue, then?'];
  const asked = { query: 'Why is the sky blue?', documents, top_n: 2 };

  test.each([
    ['/rerank', 'rerank'],
    ['/v1/rerank', 'rerank'],
    ['/v2/rerank', 'rerank-elsewhere'],
  ])('%s for %s', async (path, model) => {
    const { post } = await start();
    const reply = await post(path, { model, ...asked, return_documents: true });
    expect(await reply.json()).toMatchObject({
      results: [
        { index: 2, relevance_score: 1, document: { text: 'Why is the sky blue, then?' } },
        { index: 1, relevance_score: 0.8, document: { text: 'The sky is blue.' } },
      ],
      meta: { billed_units: { search_units: 1 } },
    });
    expect(reply.headers.get('x-litellm-model-id')).not.toBeNull();
    const bare = await post(path, { model, ...asked });
    expect(JSON.stringify(await bare.json())).not.toContain('document');
  });

  test('errors name what is wrong', async () => {
    const { post } = await start();
    const fail = async (more: object): Promise<unknown> => {
      const reply = await post('/rerank', { model: 'rerank', ...asked, ...more });
      return { status: reply.status, ...((await reply.json()) as object) };
    };
    expect(await fail({ documents: 'a' })).toMatchObject({
      status: 400,
      error: { param: 'documents' },
    });
    expect(await fail({ model: 'embed-5' })).toMatchObject({ status: 400 });
  });
});
