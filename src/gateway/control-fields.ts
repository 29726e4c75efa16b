import { type JsonObject, own } from '#core/json.ts';

/**
 * Fields by which a client speaks to LiteLLM and not to the vendor; and those by which it would
 * choose where a request goes and with which key, which no client may.
 */
const CONTROL_FIELDS: ReadonlySet<string> = new Set([
  'additional_drop_params',
  'allowed_model_region',
  'allowed_openai_params',
  'api_base',
  'api_key',
  'api_version',
  'base_url',
  'cache',
  'caching',
  'content_policy_fallbacks',
  'context_window_fallbacks',
  'custom_llm_provider',
  'disable_fallbacks',
  'drop_params',
  'extra_headers',
  'fallbacks',
  'fastest_response',
  'guardrails',
  'headers',
  'litellm_call_id',
  'litellm_metadata',
  'litellm_session_id',
  'litellm_trace_id',
  'max_fallbacks',
  'max_retries',
  'merge_reasoning_content_in_choices',
  'mock_delay',
  'mock_response',
  'mock_testing_content_policy_fallbacks',
  'mock_testing_context_fallbacks',
  'mock_testing_fallbacks',
  'mock_testing_rate_limit_error',
  'mock_timeout',
  'mock_tool_calls',
  'modify_params',
  'no-log',
  'num_retries',
  'prompt_id',
  'prompt_label',
  'prompt_variables',
  'prompt_version',
  'request_timeout',
  'stream_timeout',
  'tags',
  'timeout',
  'user_config',
]);

/**
 * What LiteLLM's clients call `metadata` is for its logs. Only beside `store` is it the vendor's own
 * field, which refuses it alone.
 */
const isControl = (body: JsonObject, key: string, ownsMetadata: boolean): boolean =>
  CONTROL_FIELDS.has(key) || (key === 'metadata' && !ownsMetadata && own(body, 'store') !== true);

/** The same, and what is the vendor's and read here as well. */
const HEARD_FIELDS: ReadonlySet<string> = new Set([...CONTROL_FIELDS, 'metadata', 'user']);

/** Whether anything in a body is for us to hear, besides what is asked for: in most there is nothing. */
export const speaksToUs = (body: JsonObject): boolean => {
  for (const key in body) if (HEARD_FIELDS.has(key)) return true;
  return false;
};

/** The body without what is not the vendor's business; itself where all of it is. */
export const vendorBody = (body: JsonObject, ownsMetadata = false): JsonObject => {
  for (const key in body)
    if (isControl(body, key, ownsMetadata)) return without(body, ownsMetadata);
  return body;
};

/** `fromEntries` defines: a key named `__proto__` stays plain data. */
const without = (body: JsonObject, ownsMetadata: boolean): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([key]) => !isControl(body, key, ownsMetadata)));
