import { isObject, type JsonObject, own } from '#core/json.ts';
import type { Principal } from '#keys/principal.ts';
import { seesAll } from '#keys/principal.ts';
import { dollarsOf } from '#keys/money.ts';
import { leads } from '#keys/ownership.ts';
import { iso, type Registry } from '#keys/registry.ts';
import type { SpendBody, SpendFilter, SpendRecord } from '#store/spend.ts';

/**
 * What somebody may see of spend: everything, or their own; a team's, where they lead it and ask for
 * it.
 */
export const scopeOf = <Filter extends SpendFilter>(
  { directory }: Registry,
  principal: Principal,
  asked: Filter,
): Filter => {
  if (seesAll(principal)) return asked;
  const { team } = asked;
  if (team !== undefined && leads(principal, directory.teams.get(team))) return asked;
  if (principal.userId !== undefined) return { ...asked, user: principal.userId };
  const { token } = principal;
  // Records of the master key have no token: whoever has none either sees none of them.
  return token === undefined ? { ...asked, tokens: [] } : { ...asked, token };
};

/** A record in the words of LiteLLM's table of spend logs, and ours beside them. */
export const spendRow = (
  { directory, baseOf }: Pick<Registry, 'directory' | 'baseOf'>,
  record: SpendRecord,
  body?: SpendBody,
): JsonObject => {
  const key = directory.byToken(record.token);
  const { more, startedMs } = record;
  const first = own(more, 'first_ms');
  const error = own(more, 'error');
  const notes = own(more, 'metadata');
  return {
    request_id: record.id,
    call_type: own(more, 'call_type') ?? 'acompletion',
    api_key: record.token,
    spend: dollarsOf(record.nanos),
    total_tokens: record.tokensIn + record.tokensOut,
    prompt_tokens: record.tokensIn,
    completion_tokens: record.tokensOut,
    startTime: iso(startedMs),
    endTime: iso(record.endedMs),
    completionStartTime: typeof first === 'number' ? iso(startedMs + first) : null,
    // Of one that was refused what its caller asked for, as in LiteLLM.
    model: record.model === '' ? (own(more, 'asked_model') ?? '') : record.model,
    model_id: record.deployment,
    model_group: record.group,
    custom_llm_provider: record.provider,
    api_base: baseOf(record.deployment) ?? '',
    user: record.user,
    team_id: record.team,
    organization_id: key?.organization_id ?? null,
    end_user: record.endUser,
    request_tags: [...record.tags],
    status: record.status,
    cache_hit: 'False',
    cache_key: 'Cache OFF',
    session_id: own(more, 'session_id') ?? null,
    requester_ip_address: own(more, 'requester_ip_address') ?? null,
    metadata: {
      user_api_key: record.token,
      user_api_key_alias: key?.key_alias ?? null,
      user_api_key_user_id: record.user,
      user_api_key_team_id: record.team,
      status: record.status,
      usage_object: {
        prompt_tokens: record.tokensIn,
        completion_tokens: record.tokensOut,
        total_tokens: record.tokensIn + record.tokensOut,
      },
      ...(isObject(notes) && notesIn(notes)),
      ...(isObject(error) && {
        error_information: {
          error_code: JSON.stringify(own(error, 'status') ?? 500),
          error_class: own(error, 'code') ?? '',
          error_message: own(error, 'message') ?? '',
        },
      }),
    },
    messages: body?.request ?? {},
    response: body?.response ?? {},
    mcp_namespaced_tool_name: null,
    proxy_server_request: {},
    ...picked(more),
  };
};

/** A caller may say which of their notes are for the records; without a word all are. */
const notesIn = (notes: JsonObject): JsonObject => {
  const named = own(notes, 'spend_logs_metadata');
  return isObject(named)
    ? { spend_logs_metadata: named, requester_metadata: notes }
    : { spend_logs_metadata: notes };
};

/** What LiteLLM's table has no column for. */
const OURS = [
  'litellm_call_id',
  'app',
  'stream',
  'wait_ms',
  'attempts',
  'decision',
  'first_ms',
  'cached_tokens',
  'reasoning_tokens',
  'estimated',
  'upstream_id',
];

const picked = (more: JsonObject): JsonObject =>
  Object.fromEntries(
    OURS.flatMap((name) => {
      const value = own(more, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
