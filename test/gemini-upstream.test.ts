import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { FUNCTION, GEMINI, fixture, google, world } from './kit/google.ts';
import { sendJson } from './kit/upstream.ts';

describe('the OpenAI SDK before Gemini', () => {
  const messages = [{ role: 'user', content: 'Hi' }] as const;

  it('gets a whole answer with thoughts, and its usage', async () => {
    const { openai, upstream } = await world(google('thinking'), GEMINI);
    const reply = await openai.chat.completions.create({
      model: 'gem',
      messages: [...messages],
      reasoning_effort: 'low',
      user: 'u-1',
    });
    const [choice] = reply.choices;
    expect(choice!.message.content).toBe('Carol lives in the red house.');
    expect(choice!.message).toMatchObject({
      reasoning_content: expect.stringContaining('Weighing the clues') as string,
    });
    expect(choice!.finish_reason).toBe('stop');
    expect(reply.usage).toMatchObject({
      prompt_tokens: 54,
      completion_tokens: 458,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 444 },
    });
    expect(upstream.calls[0]!.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { thinkingConfig: { thinkingBudget: 1024, includeThoughts: true } },
    });
  });

  it('streams calls of tools whose seals it gives back', async () => {
    const { openai, upstream } = await world(google('tools'), GEMINI);
    const { parametersJsonSchema: parameters, ...named } = FUNCTION;
    const tools = [{ type: 'function' as const, function: { ...named, parameters } }];
    const stream = openai.chat.completions.stream({
      model: 'gem',
      messages: [...messages],
      tools,
      stream_options: { include_usage: true },
    });
    const { choices, usage } = await stream.finalChatCompletion();
    const calls = choices[0]!.message.tool_calls!;
    expect(choices[0]!.finish_reason).toBe('tool_calls');
    expect(calls.map((call) => call.type === 'function' && call.function.arguments)).toEqual([
      '{"location":"Paris","unit":"celsius"}',
      '{"location":"London","unit":"celsius"}',
    ]);
    expect(usage?.completion_tokens).toBe(347);
    const whole = await openai.chat.completions.create({
      model: 'gem',
      messages: [...messages],
      tools,
    });
    const { message } = whole.choices[0]!;
    const results = message.tool_calls!.toReversed().map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: 'warm',
    }));
    await openai.chat.completions.create({
      model: 'gem',
      messages: [...messages, message, ...results],
      tools,
    });
    const contents = upstream.calls[2]!.body['contents'] as { parts: JsonObject[] }[];
    expect(contents[1]!.parts[0]).toMatchObject({ thoughtSignature: 'EvQFCvEFAXLI2nyM' });
    expect(contents[2]!.parts).toHaveLength(2);
  });

  it('says what only Google has by LiteLLM’s names, and hears what had no place', async () => {
    const { gateway, upstream } = await world(google('grounded'), GEMINI);
    const safetySettings = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' }];
    const reply = await gateway.chat({
      model: 'gem',
      safety_settings: safetySettings,
      web_search_options: {},
      modalities: ['text', 'image'],
      user: 'u',
      vendor_field: 1,
    });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-spillway-dropped-params')).toBe('user, vendor_field');
    expect(upstream.calls[0]!.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      tools: [{ googleSearch: {} }],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'] },
      safetySettings,
    });
    const { choices } = (await reply.json()) as { choices: { message: JsonObject }[] };
    expect(choices[0]!.message).toMatchObject({
      annotations: [
        { url_citation: { title: 'aljazeera.com', start_index: 0, end_index: 19 } },
        { url_citation: { title: 'aljazeera.com' } },
        { url_citation: { title: 'uefa.com' } },
      ],
      provider_specific_fields: { groundingMetadata: { webSearchQueries: expect.anything() } },
    });
  });

  it('gets embeddings, in the form that it asks for by itself', async () => {
    const { openai, upstream } = await world(google('text'), GEMINI);
    const { data } = await openai.embeddings.create({
      model: 'gem',
      input: ['a', 'b'],
      dimensions: 2,
    });
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [0, 0.5],
      [1, 0.5],
    ]);
    const content = { parts: [{ text: 'a' }] };
    const model = 'models/gemini-2.5-flash';
    expect((upstream.calls[0]!.body['requests'] as JsonObject[])[0]).toEqual({
      model,
      content,
      outputDimensionality: 2,
    });
  });

  it('hears why a prompt was blocked, and that a key is none', async () => {
    const { openai, upstream } = await world(google('blocked'), GEMINI);
    const reply = await openai.chat.completions.create({ model: 'gem', messages: [...messages] });
    expect(reply.choices[0]).toMatchObject({ finish_reason: 'content_filter' });
    upstream.script = (_, res) => sendJson(res, 400, JSON.parse(fixture('error-400-key.json')));
    const refused = openai.chat.completions.create({ model: 'gem', messages: [...messages] });
    await expect(refused).rejects.toMatchObject({ status: 400 });
  });
});

describe('plain HTTP', () => {
  const BODY = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
  const STREAMED = '/v1beta/models/gem:streamGenerateContent';

  it('gets a stream as one array where it asks for no events', async () => {
    const { gateway } = await world(google('text'), GEMINI);
    const reply = await gateway.post(STREAMED, BODY);
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const chunks = (await reply.json()) as JsonObject[];
    expect(chunks).toHaveLength(3);
    const events = await gateway.post(`${STREAMED}?alt=sse`, BODY);
    expect(events.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const data = (await events.text()).split('\n\n').filter(Boolean);
    expect(data.map((line) => JSON.parse(line.replace('data: ', '')) as JsonObject)).toEqual(
      chunks,
    );
  });

  it('hears in that array where it breaks off', async () => {
    const { gateway } = await world((_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end(fixture('stream-text.sse').slice(0, 600));
    }, GEMINI);
    const chunks = (await (await gateway.post(STREAMED, BODY)).json()) as JsonObject[];
    expect(chunks.at(-1)).toMatchObject({ error: { code: 502, status: 'UNAVAILABLE' } });
  });

  it.each([
    ['in the address', '?key=KEY', {}],
    ['in the header', '', { 'x-goog-api-key': 'KEY' }],
    ['as a bearer', '', { authorization: 'Bearer KEY' }],
  ])('brings its key %s', async (_, query, headers: Record<string, string>) => {
    const { gateway } = await world(google('text'), GEMINI);
    const ask = (key: string): Promise<Response> =>
      fetch(`${gateway.url}/v1beta/models/gem:generateContent${query.replace('KEY', key)}`, {
        method: 'POST',
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, value.replace('KEY', key)]),
        ),
        body: JSON.stringify(BODY),
      });
    expect((await ask(MASTER_KEY)).status).toBe(200);
    const refused = await ask('sk-wrong');
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } });
    expect(JSON.stringify(gateway.log.lines)).not.toContain('sk-wrong');
  });
});
