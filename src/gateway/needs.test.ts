import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { demandOf } from '#gateway/demand.ts';
import { needsOf } from '#gateway/needs.ts';

const abilities = (body: JsonObject): readonly string[] =>
  needsOf(body, { demand: demandOf(body), checks: true })?.abilities ?? [];

const contents = (part: JsonObject): JsonObject => ({
  contents: [{ role: 'user', parts: [part] }],
});
const file = (mimeType: string): JsonObject => ({ mimeType, data: 'AAAA' });

test.each<[string, JsonObject, string[]]>([
  ['a text', contents({ text: 'Hi' }), []],
  ['a picture', contents({ inlineData: file('image/png') }), ['vision']],
  ['a picture by its URI', contents({ file_data: { mime_type: 'image/png' } }), ['vision']],
  ['a sound', contents({ inline_data: file('audio/wav') }), ['audio_input']],
  ['a document', contents({ inlineData: file('application/pdf') }), ['pdf_input']],
  ['a film', contents({ inlineData: file('video/mp4') }), []],
  ['tools', { ...contents({ text: 'Hi' }), tools: [{ googleSearch: {} }] }, ['function_calling']],
  ['a schema', { generationConfig: { responseSchema: { type: 'OBJECT' } } }, ['response_schema']],
  ['a schema, in other words', { generation_config: { response_schema: {} } }, ['response_schema']],
])('what a request of contents and parts asks of a model: %s', (_, body, expected) => {
  expect(abilities(body)).toEqual(expected);
});
