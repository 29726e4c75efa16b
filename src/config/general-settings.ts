import type { Part } from '#core/check-schema.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { isHeaderText } from '#config/credentials.ts';
import { type Entrance, entranceGeneral, loadEntrance } from '#config/entrance.ts';
import { keepingGeneral } from '#config/keeping.ts';
import { GENERAL_IDLE } from '#config/idle-keys.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { type Environment, lookUp, referencedVariable } from '#config/os-environ.ts';
import { present } from '#config/present.ts';
import { childOf, findingAt, type Report, warnOfKeys, writtenAt } from '#config/section.ts';
import { decimal, flag, whole } from '#config/values.ts';

export interface GeneralSettings {
  readonly masterKey?: string;
  readonly keyHeader?: string;
  readonly requestBytes?: number;
  readonly alwaysIncludeUsage?: boolean;
  readonly forwardsHeaders?: true;
  readonly entrance: Entrance;
  readonly parallel: LoadedConfig['parallel'];
}

const MEBIBYTE = 1024 * 1024;
const MASTER_KEY_VARIABLE = 'LITELLM_MASTER_KEY';

/** 0 is no limit: a gateway that lets nobody in is not what anybody means. */
const parallel = whole(0, 1_000_000).nullish();

const schema = z.looseObject({
  master_key: z.string().nullish(),
  litellm_key_header_name: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header')
    .nullish(),
  max_request_size_mb: decimal(0, 1024).nullish(),
  always_include_stream_usage: flag.nullish(),
  forward_client_headers_to_llm_api: flag.nullish(),
  max_parallel_requests: parallel,
  global_max_parallel_requests: parallel,
  ...entranceGeneral,
  ...keepingGeneral,
});

/** `general_settings`. Without a master key in the file, `LITELLM_MASTER_KEY` is it. */
export const loadGeneralSettings = (
  section: Part | undefined,
  env: Environment,
  report: Report,
): GeneralSettings => {
  const settings =
    section && section.value !== null ? report.read(section, schema) : schema.parse({});
  if (section) warnOfKeys(section, { used: Object.keys(schema.shape), idle: GENERAL_IDLE }, report);
  const problem = section && masterKeyProblem(section, childOf(section, 'master_key')?.value);
  if (section && problem) report.error(findingAt(section, ['master_key'], problem));
  if (!settings) return { entrance: {}, parallel: {} };
  const masterKey = settings.master_key || lookUp(env, MASTER_KEY_VARIABLE);
  const { max_request_size_mb: megabytes, always_include_stream_usage: usage } = settings;
  const keyHeader = settings.litellm_key_header_name?.toLowerCase();
  return {
    ...(masterKey ? { masterKey } : {}),
    ...(keyHeader ? { keyHeader } : {}),
    ...(settings.forward_client_headers_to_llm_api && { forwardsHeaders: true }),
    ...(megabytes ? { requestBytes: Math.round(megabytes * MEBIBYTE) } : {}),
    ...(typeof usage === 'boolean' ? { alwaysIncludeUsage: usage } : {}),
    entrance: section ? loadEntrance(section, settings, report) : {},
    parallel: present({
      all: settings.global_max_parallel_requests || undefined,
      perKey: settings.max_parallel_requests || undefined,
    }),
  };
};

/** A key that somebody meant to set and that is none would leave the gateway open. */
const masterKeyProblem = (section: Part, key: Json | undefined): string | undefined => {
  const variable = referencedVariable(writtenAt(section, ['master_key']));
  if (variable !== undefined && (key === null || key === ''))
    return `${variable} is ${key === null ? 'not set' : 'empty'}; set it, or remove the line to run without a key`;
  if (key === '') return 'the key is empty; write one, or remove the line to run without a key';
  if (typeof key === 'string' && (!isHeaderText(key) || key.trim() !== key))
    return 'the key has a line break, an outer space or another character that a header cannot carry; choose another';
  return undefined;
};
