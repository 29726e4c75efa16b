import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatRequest, Part } from '#wire/chat-request.ts';
import { gemini } from '#wire/gemini/index.ts';
import { fixtures, jsonOf } from '#wire/test-kit.ts';

const text = (said: string): Part => ({ kind: 'text', text: said });

describe('a request of this dialect, read', () => {
  const read = (more: JsonObject): ChatRequest =>
    gemini.readRequest({ model: 'm', stream: false, contents: [], ...more });

  test('is understood under both forms of its names', () => {
    const said = read({
      system_instruction: 'Be brief.',
      contents: [{ parts: [{ inline_data: { mime_type: 'image/png', data: 'iVBORw0KGgo=' } }] }],
      generation_config: { max_output_tokens: 5, thinking_config: { thinking_budget: 0 } },
    });
    expect(said.messages).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
      {
        role: 'user',
        parts: [
          {
            kind: 'image',
            source: { kind: 'data', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
            at: 'contents.0.parts.0',
          },
        ],
      },
    ]);
    expect(said).toMatchObject({ maxOutputTokens: 5, reasoning: { budgetTokens: 0 }, extra: {} });
  });

  test('finds the call of each answer, by its id, else by its name', () => {
    const call = (name: string, id?: string): JsonObject => ({
      functionCall: { name, ...(id !== undefined && { id }) },
    });
    const answer = (name: string, id?: string): JsonObject => ({
      functionResponse: { name, response: { output: name }, ...(id !== undefined && { id }) },
    });
    const { messages } = read({
      contents: [
        { role: 'model', parts: [call('a'), call('b', 'own'), call('a')] },
        { role: 'user', parts: [answer('b', 'own'), answer('a'), answer('a')] },
      ],
    });
    const ids = messages.map(({ parts }) => parts.map((part) => 'id' in part && part.id));
    expect(ids).toEqual([
      ['call_0', 'own', 'call_2'],
      ['own', 'call_0', 'call_2'],
    ]);
  });

  test('has the older words of its schemas as JSON Schema', () => {
    const { tools, format } = read({
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              parameters: {
                type: 'OBJECT',
                properties: { a: { type: 'STRING', nullable: true }, type: { type: 'INTEGER' } },
              },
            },
          ],
        },
      ],
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: { type: 'ARRAY', items: { type: 'NUMBER' }, maxItems: '3' },
      },
    });
    expect(tools).toEqual([
      {
        name: 'f',
        schema: {
          type: 'object',
          properties: { a: { type: ['string', 'null'] }, type: { type: 'integer' } },
        },
      },
    ]);
    expect(format).toEqual({
      kind: 'schema',
      schema: { type: 'array', items: { type: 'number' }, maxItems: 3 },
    });
  });

  test.each<[JsonObject, string]>([
    [{ contents: 'Hi' }, 'contents'],
    [{ contents: ['Hi'] }, 'contents.0'],
    [{ contents: [{ role: 'robot', parts: [] }] }, 'contents.0.role'],
    [{ contents: [{ parts: 'Hi' }] }, 'contents.0.parts'],
    [{ contents: [{ parts: [7] }] }, 'contents.0.parts.0'],
    [{ contents: [{ parts: [{ functionCall: {} }] }] }, 'contents.0.parts.0.functionCall.name'],
    [{ generationConfig: [] }, 'generationConfig'],
    [{ generationConfig: { temperature: 'hot' } }, 'generationConfig.temperature'],
    [{ generationConfig: { candidateCount: 0 } }, 'generationConfig.candidateCount'],
    [{ generationConfig: { stopSequences: [1] } }, 'generationConfig.stopSequences.0'],
    [{ tools: {} }, 'tools'],
    [{ systemInstruction: 7 }, 'systemInstruction'],
  ])('is refused with the place at fault: %j', (body, param) => {
    expect(() => read(body)).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param }),
    );
  });
});

test('grounding becomes citations with their places in the text', () => {
  const reply = fixtures(new URL('fixtures/', import.meta.url), 'reply').find(
    ({ name }) => name === 'grounded',
  );
  const events = gemini.readReply(jsonOf(reply!));
  const cited = events.flatMap((event) => (event.type === 'citation' ? [event.citation] : []));
  expect(cited.map(({ title, text: words, from, to }) => [title, words, from, to])).toEqual([
    ['aljazeera.com', 'Spain won Euro 2024', 0, 19],
    ['aljazeera.com', 'beating England 2–1 in the final.', 21, 54],
    ['uefa.com', 'beating England 2–1 in the final.', 21, 54],
  ]);
  expect(events).toContainEqual({
    type: 'usage',
    usage: { inputTokens: 112, outputTokens: 21 },
  });
  // Another vendor's, told again as grounding.
  const told = gemini.writeReply(events.filter(({ type }) => type !== 'extra'));
  const again = gemini.readReply(told);
  expect(again.filter(({ type }) => type === 'citation')).toEqual(
    events.filter(({ type }) => type === 'citation'),
  );
});
