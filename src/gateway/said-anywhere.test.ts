import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { leftOf } from '#gateway/params.ts';
import { type DialectName, chatDialect } from '#wire/dialects.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/*
 * What a client of the common dialect may ask for, and how each vendor is told: the field of its body,
 * `undefined` where its caller hears that it cannot be said, `null` where it is left out and listed.
 */

const MODELS = {
  'openai-chat': 'gpt-4.1',
  'openai-responses': 'gpt-5',
  'anthropic-messages': 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-pro',
  'bedrock-converse': 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'cohere-chat': 'command-a-reasoning-08-2025',
} as const satisfies Partial<Record<DialectName, string>>;

type Vendor = keyof typeof MODELS;
/** Where it stands, what stands there, and what of it is left out and listed. */
type Said = readonly [path: string, value: Json, left?: string] | undefined | null;

const schema = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
};
const fn = (name: string): JsonObject => ({
  type: 'function',
  function: { name, parameters: schema },
});
const user = (...content: JsonObject[]): JsonObject => ({
  messages: [{ role: 'user', content }],
});
const PNG = 'iVBORw0KGgo=';
const PDF = 'JVBERi0=';
const SAFETY = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }];
const THOUGHT = { type: 'thinking', thinking: 'hm', signature: 'SIG' };
const CALL = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":"1"}' } };
const chat = (answer: JsonObject, ...more: JsonObject[]): JsonObject => ({
  messages: [{ role: 'user', content: 'q' }, { role: 'assistant', ...answer }, ...more],
  tools: [fn('f')],
});

const ROWS: readonly (readonly [wish: string, body: JsonObject, by: Record<Vendor, Said>])[] = [
  [
    'an image',
    user({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } }),
    {
      'openai-chat': ['messages.0.content.0.image_url.detail', 'low'],
      'openai-responses': ['input.0.content.0.detail', 'low'],
      'anthropic-messages': ['messages.0.content.0.source.media_type', 'image/png'],
      gemini: ['contents.0.parts.0.inlineData.data', PNG],
      'bedrock-converse': ['messages.0.content.0.image.format', 'png'],
      'cohere-chat': ['messages.0.content.0.image_url.detail', 'low'],
    },
  ],
  [
    'a document',
    user({ type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}` } }),
    {
      'openai-chat': ['messages.0.content.0.file.file_data', `data:application/pdf;base64,${PDF}`],
      'openai-responses': ['input.0.content.0.file_data', `data:application/pdf;base64,${PDF}`],
      'anthropic-messages': ['messages.0.content.0.source.data', PDF],
      gemini: ['contents.0.parts.0.inlineData.mimeType', 'application/pdf'],
      'bedrock-converse': ['messages.0.content.0.document.format', 'pdf'],
      'cohere-chat': undefined,
    },
  ],
  [
    'any tool, at least one',
    { tools: [fn('f'), fn('g')], tool_choice: 'required' },
    {
      'openai-chat': ['tool_choice', 'required'],
      'openai-responses': ['tool_choice', 'required'],
      'anthropic-messages': ['tool_choice.type', 'any'],
      gemini: ['toolConfig.functionCallingConfig.mode', 'ANY'],
      'bedrock-converse': ['toolConfig.toolChoice', { any: {} }],
      'cohere-chat': ['tool_choice', 'REQUIRED'],
    },
  ],
  [
    'one tool by its name',
    {
      tools: [fn('f'), fn('g')],
      tool_choice: { type: 'function', function: { name: 'f' } },
    },
    {
      'openai-chat': ['tool_choice.function.name', 'f'],
      'openai-responses': ['tool_choice.name', 'f'],
      'anthropic-messages': ['tool_choice', { type: 'tool', name: 'f' }],
      gemini: ['toolConfig.functionCallingConfig.allowedFunctionNames', ['f']],
      'bedrock-converse': ['toolConfig.toolChoice.tool.name', 'f'],
      // It is offered that one alone.
      'cohere-chat': ['tools', [fn('f')]],
    },
  ],
  [
    'calls one at a time',
    { tools: [fn('f')], parallel_tool_calls: false },
    {
      'openai-chat': ['parallel_tool_calls', false],
      'openai-responses': ['parallel_tool_calls', false],
      'anthropic-messages': ['tool_choice.disable_parallel_tool_use', true],
      gemini: undefined,
      'bedrock-converse': [
        'additionalModelRequestFields.tool_choice.disable_parallel_tool_use',
        true,
      ],
      'cohere-chat': undefined,
    },
  ],
  [
    'results of tools',
    chat({ content: null, tool_calls: [CALL] }, { role: 'tool', tool_call_id: 'c1', content: 'r' }),
    {
      'openai-chat': ['messages.2.tool_call_id', 'c1'],
      'openai-responses': ['input.2.call_id', 'c1'],
      'anthropic-messages': ['messages.2.content.0.tool_use_id', 'c1'],
      gemini: ['contents.2.parts.0.functionResponse.response', { output: 'r' }],
      'bedrock-converse': ['messages.2.content.0.toolResult.toolUseId', 'c1'],
      'cohere-chat': ['messages.2.tool_call_id', 'c1'],
    },
  ],
  [
    'an answer by a schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } },
    {
      'openai-chat': ['response_format.json_schema.schema', schema],
      'openai-responses': ['text.format.schema', schema],
      'anthropic-messages': ['output_config.format.type', 'json_schema'],
      gemini: ['generationConfig.responseJsonSchema', schema],
      // A tool that must be called.
      'bedrock-converse': ['toolConfig.tools.0.toolSpec.inputSchema.json', schema],
      'cohere-chat': ['response_format.json_schema', schema],
    },
  ],
  [
    'how hard to think',
    { reasoning_effort: 'high' },
    {
      'openai-chat': ['reasoning_effort', 'high'],
      'openai-responses': ['reasoning.effort', 'high'],
      'anthropic-messages': ['thinking.budget_tokens', 4096],
      gemini: ['generationConfig.thinkingConfig.includeThoughts', true],
      'bedrock-converse': ['additionalModelRequestFields.thinking.budget_tokens', 4096],
      'cohere-chat': ['thinking.type', 'enabled'],
    },
  ],
  [
    'how many tokens to think',
    { thinking: { type: 'enabled', budget_tokens: 2048 } },
    {
      'openai-chat': ['reasoning_effort', 'medium'],
      'openai-responses': ['reasoning.effort', 'medium'],
      'anthropic-messages': ['thinking.budget_tokens', 2048],
      gemini: ['generationConfig.thinkingConfig.thinkingBudget', 2048],
      'bedrock-converse': ['additionalModelRequestFields.thinking.budget_tokens', 2048],
      'cohere-chat': ['thinking.token_budget', 2048],
    },
  ],
  [
    'sealed thoughts, given back',
    chat(
      { content: 'a', reasoning_content: 'hm', thinking_blocks: [THOUGHT] },
      { role: 'user', content: 'q' },
    ),
    {
      'openai-chat': ['messages.1.thinking_blocks.0.signature', 'SIG'],
      // Another vendor's seals are none here.
      'openai-responses': ['input.1.content.0.text', 'a'],
      'anthropic-messages': ['messages.1.content.0.signature', 'SIG'],
      gemini: ['contents.1.parts.0.text', 'a'],
      'bedrock-converse': ['messages.1.content.0.reasoningContent.reasoningText.signature', 'SIG'],
      'cohere-chat': ['messages.1.content', 'a'],
    },
  ],
  [
    'what to keep of a prompt',
    user({ type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } }),
    {
      'openai-chat': ['messages.0.content.0.cache_control.ttl', '1h'],
      // These keep what they like, and their callers hear that it was not asked for.
      'openai-responses': ['input.0.content', 'long', 'cache_control'],
      'anthropic-messages': ['messages.0.content.0.cache_control.ttl', '1h'],
      gemini: ['contents.0.parts.0', { text: 'long' }, 'cache_control'],
      'bedrock-converse': ['messages.0.content.1.cachePoint.ttl', '1h'],
      'cohere-chat': ['messages.0.content', 'long', 'cache_control'],
    },
  ],
  [
    'by which name a prompt is kept',
    { prompt_cache_key: 'k' },
    {
      'openai-chat': ['prompt_cache_key', 'k'],
      'openai-responses': ['prompt_cache_key', 'k'],
      'anthropic-messages': null,
      gemini: null,
      'bedrock-converse': null,
      'cohere-chat': null,
    },
  ],
  [
    'where to stop',
    { stop: 'END' },
    {
      'openai-chat': ['stop', ['END']],
      'openai-responses': undefined,
      'anthropic-messages': ['stop_sequences', ['END']],
      gemini: ['generationConfig.stopSequences', ['END']],
      'bedrock-converse': ['inferenceConfig.stopSequences', ['END']],
      'cohere-chat': ['stop_sequences', ['END']],
    },
  ],
  [
    'the same answer again',
    { seed: 7 },
    {
      'openai-chat': ['seed', 7],
      'openai-responses': undefined,
      'anthropic-messages': undefined,
      gemini: ['generationConfig.seed', 7],
      'bedrock-converse': undefined,
      'cohere-chat': ['seed', 7],
    },
  ],
  [
    'how likely its words were',
    { logprobs: true, top_logprobs: 2 },
    {
      'openai-chat': ['top_logprobs', 2],
      'openai-responses': ['top_logprobs', 2],
      'anthropic-messages': undefined,
      gemini: ['generationConfig.logprobs', 2],
      'bedrock-converse': undefined,
      'cohere-chat': undefined,
    },
  ],
  [
    'more than one answer',
    { n: 2 },
    {
      'openai-chat': ['n', 2],
      'openai-responses': undefined,
      'anthropic-messages': undefined,
      gemini: ['generationConfig.candidateCount', 2],
      'bedrock-converse': undefined,
      'cohere-chat': undefined,
    },
  ],
  [
    'what to let through',
    { safety_settings: SAFETY },
    {
      'openai-chat': ['safety_settings', SAFETY],
      'openai-responses': null,
      'anthropic-messages': null,
      gemini: ['safetySettings', SAFETY],
      'bedrock-converse': null,
      'cohere-chat': null,
    },
  ],
  [
    'to look on the web',
    { web_search_options: { search_context_size: 'low' } },
    {
      'openai-chat': ['web_search_options.search_context_size', 'low'],
      'openai-responses': ['tools.0', { type: 'web_search', search_context_size: 'low' }],
      'anthropic-messages': [
        'tools.0',
        { type: 'web_search_20250305', name: 'web_search', max_uses: 1 },
      ],
      gemini: ['tools.0', { googleSearch: {} }],
      'bedrock-converse': undefined,
      'cohere-chat': undefined,
    },
  ],
  [
    'documents to cite',
    { documents: ['d'] },
    {
      'openai-chat': ['documents', ['d']],
      'openai-responses': null,
      'anthropic-messages': null,
      gemini: null,
      'bedrock-converse': null,
      'cohere-chat': ['documents', ['d']],
    },
  ],
  [
    'a guardrail',
    { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } },
    {
      'openai-chat': ['guardrailConfig.guardrailIdentifier', 'g'],
      'openai-responses': null,
      'anthropic-messages': null,
      gemini: null,
      'bedrock-converse': ['guardrailConfig.guardrailIdentifier', 'g'],
      'cohere-chat': null,
    },
  ],
  [
    'how much to say',
    { verbosity: 'low' },
    {
      'openai-chat': ['verbosity', 'low'],
      'openai-responses': ['text.verbosity', 'low'],
      'anthropic-messages': undefined,
      gemini: undefined,
      'bedrock-converse': undefined,
      'cohere-chat': undefined,
    },
  ],
  [
    'for whom it is',
    { user: 'u1' },
    {
      'openai-chat': ['user', 'u1'],
      'openai-responses': ['user', 'u1'],
      'anthropic-messages': ['metadata.user_id', 'u1'],
      gemini: null,
      'bedrock-converse': null,
      'cohere-chat': null,
    },
  ],
  [
    'a cap under its newer name',
    { max_completion_tokens: 5000 },
    {
      'openai-chat': ['max_completion_tokens', 5000],
      'openai-responses': ['max_output_tokens', 5000],
      'anthropic-messages': ['max_tokens', 5000],
      gemini: ['generationConfig.maxOutputTokens', 5000],
      'bedrock-converse': ['inferenceConfig.maxTokens', 5000],
      'cohere-chat': ['max_tokens', 5000],
    },
  ],
];

const said = (body: JsonObject, vendor: Vendor) => {
  const to = chatDialect(vendor)!;
  const request = openaiChat.readRequest({
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    ...('max_completion_tokens' in body ? {} : { max_tokens: 8000 }),
    ...body,
  });
  const written = to.writeRequest(request, { model: MODELS[vendor], asksUsage: true });
  return { ...written, ...leftOf(request, { ...written, from: openaiChat, to }) };
};

describe.each(ROWS)('%s', (_, body, by) => {
  test.each(Object.entries(by) as [Vendor, Said][])('to %s', (vendor, place) => {
    const names = Object.keys(body);
    if (place === undefined && 'messages' in body) {
      expect(() => said(body, vendor)).toThrow(/messages\.0\.content\.0/);
      return;
    }
    const { body: written, missed, slight } = said(body, vendor);
    if (place) {
      expect(written).toHaveProperty(place[0], place[1]);
      expect([...missed, ...slight]).toEqual(place.slice(2));
    } else if (place === null) {
      expect(missed).toEqual([]);
      expect(names).toContain(slight[0]);
    } else {
      expect(names).toContain(missed[0]);
    }
  });
});
