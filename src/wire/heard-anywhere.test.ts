import { describe, expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { type DialectName, chatDialect } from '#wire/dialects.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { fixtures, jsonOf } from '#wire/test-kit.ts';

/* What vendors answer, and where a client of the common dialect finds it. */

const MESSAGE = 'choices.0.message';
const FOREIGN = `${MESSAGE}.provider_specific_fields`;
const NATIVE = 'choices.0.provider_specific_fields.native_finish_reason';

const ROWS: readonly (readonly [DialectName, fixture: string, path: string, value: Json])[] = [
  ['openai-responses', 'text', 'usage.prompt_tokens_details.cached_tokens', 16],
  ['openai-responses', 'reasoning', 'usage.completion_tokens_details.reasoning_tokens', 192],
  [
    'openai-responses',
    'reasoning',
    `${MESSAGE}.thinking_blocks.0.signature`,
    'gAAAAABoIPODzc2hbm9uaW1pdHk_ZmFrZQ==',
  ],
  ['openai-responses', 'refusal', `${MESSAGE}.content`, null],
  ['openai-responses', 'refusal', `${MESSAGE}.refusal`, "I'm sorry, but I can't help with that."],
  ['openai-responses', 'search', `${MESSAGE}.annotations.0.url_citation.title`, 'A good story'],
  ['openai-responses', 'incomplete', 'choices.0.finish_reason', 'length'],
  ['openai-responses', 'parallel-tools', `${MESSAGE}.tool_calls.1.function.name`, 'get_weather'],
  // What was read from a cache and written to one is part of the prompt.
  ['anthropic-messages', 'cut', 'usage.prompt_tokens', 4619],
  ['anthropic-messages', 'cut', 'usage.prompt_tokens_details.cached_tokens', 4096],
  ['anthropic-messages', 'cut', 'usage.cache_creation_input_tokens', 512],
  ['anthropic-messages', 'cut', 'choices.0.finish_reason', 'length'],
  ['anthropic-messages', 'paused', NATIVE, 'pause_turn'],
  ['anthropic-messages', 'stop-sequence', NATIVE, 'stop_sequence'],
  ['anthropic-messages', 'thinking', `${MESSAGE}.thinking_blocks.1.type`, 'redacted_thinking'],
  ['anthropic-messages', 'cited', `${FOREIGN}.citations.0.text`, 'The grass is green.'],
  [
    'anthropic-messages',
    'search',
    `${MESSAGE}.annotations.0.url_citation.url`,
    'https://en.wikipedia.org/wiki/Claude_Shannon',
  ],
  ['gemini', 'thinking', 'usage.completion_tokens', 458],
  ['gemini', 'thinking', 'usage.completion_tokens_details.reasoning_tokens', 444],
  ['gemini', 'thinking', 'usage.prompt_tokens_details.cached_tokens', 40],
  [
    'gemini',
    'tools',
    `${MESSAGE}.tool_calls.0.provider_specific_fields.thought_signature`,
    'EvQFCvEFAXLI2nyM',
  ],
  ['gemini', 'grounded', `${MESSAGE}.annotations.2.url_citation.title`, 'uefa.com'],
  ['gemini', 'safety', 'choices.0.finish_reason', 'content_filter'],
  ['gemini', 'safety', NATIVE, 'SAFETY'],
  ['gemini', 'safety', `${FOREIGN}.safetyRatings.0.blocked`, true],
  ['gemini', 'blocked', NATIVE, 'PROHIBITED_CONTENT'],
  ['gemini', 'choices', 'choices.0.logprobs.content.0.top_logprobs.1.token', 'Red'],
  ['gemini', 'choices', 'choices.1.message.content', 'Red and'],
  [
    'gemini',
    'image',
    `${MESSAGE}.images.0.image_url.url`,
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==',
  ],
  ['bedrock-converse', 'tools', 'usage.prompt_tokens_details.cached_tokens', 2048],
  ['bedrock-converse', 'reasoning', `${MESSAGE}.reasoning_content`, 'Nine of ten.'],
  ['bedrock-converse', 'reasoning', `${MESSAGE}.thinking_blocks.1.data`, 'RW1yb2RhY3RlZA=='],
  ['bedrock-converse', 'guardrail', NATIVE, 'guardrail_intervened'],
  ['bedrock-converse', 'citations', `${FOREIGN}.citations.0.title`, 'Astronomy'],
  ['cohere-chat', 'citations', `${FOREIGN}.citations.0.from`, 15],
  ['cohere-chat', 'thinking', `${MESSAGE}.reasoning_content`, 'Nine of ten is 0.9.'],
  ['cohere-chat', 'tools', `${MESSAGE}.tool_calls.1.id`, 'get_weather_9f2'],
  ['cohere-chat', 'text', `${FOREIGN}.billed_units.output_tokens`, 12],
];

describe.each([...Map.groupBy(ROWS, ([name]) => name)])('%s', (name, rows) => {
  test.each(rows)('%s, %s: %s', (_, fixture, path, value) => {
    const folder = new URL(`${name}/fixtures/`, import.meta.url);
    const found = fixtures(folder, 'reply').find((each) => each.name === fixture);
    const events = chatDialect(name)!.readReply(jsonOf(found!));
    expect(openaiChat.writeReply(events)).toHaveProperty(path, value);
  });
});
