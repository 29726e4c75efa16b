import type { JsonObject } from '#core/json.ts';

/**
 * Fields by which a client speaks to LiteLLM and not to the vendor; and those by which it would
 * choose where a request goes and with which key, which no client may.
 */
const CONTROL_FIELDS: ReadonlySet<string> = new Set([
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
  'litellm_metadata',
  'litellm_session_id',
  'litellm_trace_id',
  'max_fallbacks',
  'mock_response',
  'no-log',
  'num_retries',
  'prompt_id',
  'prompt_variables',
  'stream_timeout',
  'tags',
  'timeout',
  'user_config',
]);

/** The body without what is not the vendor's business; itself where all of it is. */
export const vendorBody = (body: JsonObject): JsonObject => {
  if (!Object.keys(body).some((key) => CONTROL_FIELDS.has(key))) return body;
  // `fromEntries` defines: a key named `__proto__` stays plain data.
  return Object.fromEntries(Object.entries(body).filter(([key]) => !CONTROL_FIELDS.has(key)));
};
