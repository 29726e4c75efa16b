import { type Allowance, allowanceOf } from '../../data/allowance.ts';
import type { ShownKey } from '../../data/keys.ts';

/** A key as it is written down in the form. */
export interface KeyForm {
  readonly alias: string;
  readonly models: readonly string[];
  readonly team: string | null;
  /** Of nobody where it is empty. */
  readonly user: string;
  readonly tags: readonly string[];
  readonly allowance: Allowance;
  /** How long it opens from now on; `null`: for ever; undefined: as before. */
  readonly duration: string | null | undefined;
  /** Whether it waits at its own limits. */
  readonly waits: boolean;
  readonly alwaysUsage: boolean;
  /** Addresses and ranges from which it opens; all where there are none. */
  readonly ips: readonly string[];
  readonly refusesUnpriced: boolean;
  readonly type: string;
}

export const KEY_TYPES = ['default', 'llm_api', 'management', 'read_only'] as const;

export const EMPTY_KEY: KeyForm = {
  alias: '',
  models: [],
  team: null,
  user: '',
  tags: [],
  allowance: {},
  duration: null,
  waits: false,
  alwaysUsage: false,
  ips: [],
  refusesUnpriced: false,
  type: 'default',
};

/**
 * What Dify needs of a key, as `spillway key create --for dify` gives it: it waits for minutes, sends
 * no usage option, and calls models alone.
 */
export const DIFY_KEY: KeyForm = {
  ...EMPTY_KEY,
  alias: 'dify',
  waits: true,
  alwaysUsage: true,
  type: 'llm_api',
  tags: ['dify'],
};

export const formOf = (key: ShownKey): KeyForm => ({
  alias: key.key_alias ?? '',
  models: key.models ?? [],
  team: key.team_id,
  user: key.user_id ?? '',
  tags: key.tags ?? [],
  allowance: allowanceOf(key),
  duration: undefined,
  waits: key.queue !== undefined && key.queue !== null && key.queue !== false,
  alwaysUsage: key.always_include_usage === true,
  ips: key.allowed_ips ?? [],
  refusesUnpriced: key.refuse_unpriced === true,
  type: key.key_type ?? 'default',
});

/** The fields of LiteLLM's routes. What a form does not show is not sent, and stays. */
export const fieldsOf = (form: KeyForm, before?: ShownKey) => ({
  key_alias: form.alias.trim() === '' ? null : form.alias.trim(),
  models: [...form.models],
  team_id: form.team,
  user_id: form.user.trim() === '' ? null : form.user.trim(),
  tags: [...form.tags],
  ...form.allowance,
  ...(form.duration !== undefined && { duration: form.duration }),
  // So many seconds, as somebody has written, stay so many.
  queue: form.waits && typeof before?.queue === 'number' ? before.queue : form.waits,
  always_include_usage: form.alwaysUsage,
  allowed_ips: [...form.ips],
  refuse_unpriced: form.refusesUnpriced,
  key_type: form.type,
});
