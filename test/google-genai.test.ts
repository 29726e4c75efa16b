import { ApiError, FunctionCallingConfigMode } from '@google/genai';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { FUNCTION, GEMINI, google, world } from './kit/google.ts';
import { type Script, WHOLE, answer, sendEvents, sendJson } from './kit/upstream.ts';

const openaiStream: Script = (_, res) => {
  const chunk = (delta: JsonObject, finish: string | null = null): string =>
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  const call = (more: JsonObject): JsonObject => ({ tool_calls: [{ index: 0, ...more }] });
  sendEvents(res, [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'Let me ' }),
    chunk({ content: 'see. 日本' }),
    chunk(call({ id: 'call_9', function: { name: 'get_current_temperature', arguments: '' } })),
    chunk(call({ function: { arguments: '{"location":' } })),
    chunk(call({ function: { arguments: '"Paris"}' } })),
    chunk({}, 'tool_calls'),
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
    }),
    '[DONE]',
  ]);
  res.end();
};

describe('the Gemini SDK before a vendor of OpenAI’s dialect', () => {
  it('gets a whole answer', async () => {
    const { ai, upstream } = await world(answer);
    const reply = await ai.models.generateContent({
      model: 'gem',
      contents: 'Hi',
      config: { systemInstruction: 'Be brief.', maxOutputTokens: 50, temperature: 0.2 },
    });
    expect(reply.text).toBe('Hello world');
    expect(reply.candidates?.[0]?.finishReason).toBe('STOP');
    expect(reply.usageMetadata).toMatchObject({
      promptTokenCount: 5,
      candidatesTokenCount: 2,
      totalTokenCount: 7,
    });
    expect(upstream.calls[0]!.body).toMatchObject({
      model: 'gpt-4.1-upstream',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      temperature: 0.2,
    });
  });

  it('gets a stream with a call of a tool, and answers it', async () => {
    const { ai, upstream } = await world(openaiStream);
    const config = {
      tools: [{ functionDeclarations: [FUNCTION] }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
    };
    const stream = await ai.models.generateContentStream({ model: 'gem', contents: 'Hi', config });
    const chunks = await Array.fromAsync(stream);
    const said = chunks.map(({ candidates }) => candidates?.[0]?.content?.parts ?? []).flat();
    expect(said.map(({ text }) => text ?? '').join('')).toBe('Let me see. 日本');
    const calls = chunks.flatMap(({ functionCalls }) => functionCalls ?? []);
    const call = { id: 'call_9', name: FUNCTION.name, args: { location: 'Paris' } };
    expect(calls).toEqual([call]);
    expect(chunks.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4 },
    });
    expect(upstream.calls[0]!.body).toMatchObject({
      stream: true,
      tool_choice: 'required',
      tools: [{ type: 'function', function: { name: FUNCTION.name } }],
    });

    upstream.script = answer;
    const response = { output: '21 °C' };
    const again = await ai.models.generateContent({
      model: 'gem',
      config,
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ functionCall: call }] },
        {
          role: 'user',
          parts: [{ functionResponse: { id: 'call_9', name: call.name, response } }],
        },
      ],
    });
    expect(again.text).toBe('Hello world');
    expect(upstream.calls[1]!.body['messages']).toEqual([
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'call_9',
            type: 'function',
            function: { name: call.name, arguments: '{"location":"Paris"}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'call_9', content: '21 °C' },
    ]);
  });

  it('gets embeddings', async () => {
    const { ai, upstream } = await world((call, res) => {
      const input = call.body['input'] as string[];
      const data = input.map((_, index) => ({ object: 'embedding', index, embedding: [index, 1] }));
      sendJson(res, 200, { object: 'list', data, model: 'e', usage: WHOLE.usage });
    });
    const { embeddings } = await ai.models.embedContent({
      model: 'gem',
      contents: ['a', 'b'],
      config: { outputDimensionality: 2 },
    });
    expect(embeddings?.map(({ values }) => values)).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(upstream.calls[0]!.body).toMatchObject({ input: ['a', 'b'], dimensions: 2 });
  });

  it('hears of errors in its own envelope, before a stream and in one', async () => {
    const { ai, upstream } = await world((_, res) =>
      sendJson(res, 400, { error: { message: 'No.', type: 'invalid_request_error' } }),
    );
    const asked = { model: 'gem', contents: 'Hi' };
    const failed = await ai.models.generateContent(asked).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ApiError);
    expect((failed as ApiError).status).toBe(400);
    const told = JSON.parse((failed as ApiError).message) as { error: JsonObject };
    expect(told.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(told.error['message']).toContain('No.');

    const unknown = ai.models.generateContent({ ...asked, model: 'nobody' });
    await expect(unknown).rejects.toMatchObject({ status: 400 });

    upstream.script = (_, res) => {
      sendEvents(res, [
        JSON.stringify({ choices: [{ index: 0, delta: { content: 'Half' } }] }),
        JSON.stringify({ error: { message: 'Busy.', code: 503 } }),
      ]);
      res.end();
    };
    const heard: (string | undefined)[] = [];
    const reading = async (): Promise<void> => {
      for await (const { text } of await ai.models.generateContentStream(asked)) heard.push(text);
    };
    await expect(reading()).rejects.toMatchObject({ status: 503 });
    expect(heard).toEqual(['Half']);
  });

  it('finds the models, and one of them', async () => {
    const { ai, gateway, openai } = await world(answer);
    const models = await Array.fromAsync(await ai.models.list());
    expect(models.map(({ name }) => name)).toEqual(['models/gem']);
    const plain = { headers: { authorization: `Bearer ${MASTER_KEY}` } };
    expect(await (await fetch(`${gateway.url}/v1beta/models`, plain)).json()).toEqual({
      models: [expect.objectContaining({ name: 'models/gem' })],
    });
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(['gem']);
    expect(await ai.models.get({ model: 'gem' })).toMatchObject({ name: 'models/gem' });
    await expect(ai.models.get({ model: 'nobody' })).rejects.toMatchObject({ status: 404 });
  });

  it('is told of methods that models do not have', async () => {
    const { gateway } = await world(answer);
    const response = await gateway.post('/v1beta/models/gem:predictTheFuture', {});
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: {
        status: 'NOT_FOUND',
        message: expect.stringMatching(/"predictTheFuture"; there are generateContent,/) as string,
      },
    });
  });
});

describe('the Gemini SDK before Gemini', () => {
  it('passes a request as it is, and the answer back', async () => {
    const { ai, upstream } = await world(google('grounded'), GEMINI);
    const config = {
      tools: [{ googleSearch: {} }],
      thinkingConfig: { thinkingBudget: 7 },
      seed: 4,
    };
    const reply = await ai.models.generateContent({ model: 'gem', contents: 'Who won?', config });
    expect(reply.text).toContain('Spain won Euro 2024');
    expect(reply.candidates?.[0]?.groundingMetadata?.groundingChunks).toHaveLength(2);
    const [call] = upstream.calls;
    expect(call!.path).toBe('/v1/models/gemini-2.5-flash:generateContent');
    expect(call!.headers['x-goog-api-key']).toBe('sk-secret-A');
    expect(call!.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Who won?' }] }],
      tools: [{ googleSearch: {} }],
      generationConfig: { thinkingConfig: { thinkingBudget: 7 }, seed: 4 },
    });
  });

  it('streams, with no end mark that it would choke on', async () => {
    const { ai, upstream } = await world(google('thinking'), GEMINI);
    const stream = await ai.models.generateContentStream({ model: 'gem', contents: 'Hi' });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.map(({ text }) => text ?? '').join('')).toBe('Carol lives in the red house.');
    expect(chunks.at(-1)?.usageMetadata?.thoughtsTokenCount).toBe(444);
    expect(upstream.calls[0]!.path).toBe(
      '/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    );
  });

  it('gets embeddings of one and of many', async () => {
    const { ai, gateway } = await world(google('text'), GEMINI);
    const many = await ai.models.embedContent({ model: 'gem', contents: ['a', 'b'] });
    expect(many.embeddings).toEqual([{ values: [0, 0.5] }, { values: [1, 0.5] }]);
    const one = await gateway.post('/v1beta/models/gem:embedContent', {
      content: { parts: [{ text: 'a' }] },
    });
    expect(await one.json()).toEqual({ embedding: { values: [0, 0.5] } });
  });
});
