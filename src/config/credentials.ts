import { type Json, type JsonObject, own, setOwn } from '#core/json.ts';
import type { Provider } from '#providers/provider.ts';
import type { Settings } from '#providers/settings.ts';
import { type Environment, lookUp, referencedVariable } from '#config/os-environ.ts';

/** A setting as it was written and what its reference resolved to. */
export interface Setting {
  readonly written: Json | undefined;
  readonly value: string | null | undefined;
}

/** Why a deployment cannot serve, and the parameter at fault. */
export interface Problem {
  readonly param: string;
  readonly message: string;
}

export interface Credential {
  readonly key?: string;
  /** The variable that held it, or `config`. */
  readonly source?: string;
}

/** What else the row says, for vendors where a key or a URL is made of it. */
interface Known {
  readonly env: Environment;
  readonly settings: Settings;
  /** The row's `litellm_params`, and how each was written. */
  readonly params: JsonObject;
  readonly written: (param: string) => Json | undefined;
  /** The model's name at the vendor. */
  readonly model: string;
}

/**
 * A deployment's key: its own, else the vendor's variable. A key that is referenced and missing is
 * a problem, never a reason to spend another project's key.
 */
export const credentialOf = (
  apiKey: Setting,
  provider: Provider,
  { env, settings, params, written, model }: Known,
): Credential | Problem => {
  for (const param of provider.insteadOfKey ?? []) {
    const missing = referencedVariable(written(param));
    if (missing !== undefined && !own(params, param)) return unset(param, missing, env);
  }
  const variable = referencedVariable(apiKey.written);
  if (variable !== undefined && !apiKey.value) return unset('api_key', variable, env);
  const isVouchedFor = provider.insteadOfKey?.some((name) => own(params, name));
  const keyEnv = isVouchedFor ? [] : provider.keyEnv;
  const source = variable ?? (apiKey.value ? 'config' : firstSet(keyEnv, env));
  if (source === undefined)
    return provider.keyOptional || provider.credentials?.(settings, model)
      ? {}
      : {
          param: 'api_key',
          message: `there is no key; write api_key, or set ${provider.keyEnv.join(' or ')}`,
        };
  const key = apiKey.value || (lookUp(env, source) ?? '');
  return isHeaderText(key)
    ? { key, source }
    : {
        param: 'api_key',
        message: `the key ${source === 'config' ? '' : `in ${source} `}contains a line break or another character that a header cannot carry; set it again without`,
      };
};

/** A deployment's base URL: its own, else the vendor's variable; absent where the vendor's default holds. */
export const apiBaseOf = (
  bases: Readonly<Record<'base_url' | 'api_base', Setting>>,
  provider: Provider,
  { env, settings, model }: Known,
): { readonly apiBase?: string } | Problem => {
  for (const param of ['base_url', 'api_base'] as const) {
    const { written, value } = bases[param];
    const variable = referencedVariable(written);
    if (variable !== undefined && !value) return unset(param, variable, env);
    if (value) return checkedBase(value, param, variable);
  }
  const variable = firstSet(provider.baseEnv, env);
  if (variable !== undefined) return checkedBase(lookUp(env, variable) ?? '', 'api_base', variable);
  const derived = provider.baseUrlOf?.(settings, model);
  if (derived !== undefined) return { apiBase: derived };
  return provider.baseUrl === ''
    ? {
        param: 'api_base',
        message: `there is no base URL; write api_base, or set ${provider.baseEnv.join(' or ')}`,
      }
    : {};
};

/** The vendor's own parameters: as the row has them, else from its variables. */
export const settingsOf = (
  params: JsonObject,
  { settings = {} }: Provider,
  env: Environment,
): Settings => {
  const found: JsonObject = {};
  for (const [name, variables] of Object.entries(settings)) {
    const variable = firstSet(variables, env);
    const value = own(params, name) ?? (variable === undefined ? null : lookUp(env, variable));
    if (value !== null && value !== undefined && value !== '') setOwn(found, name, value);
  }
  return found;
};

/** The version of a vendor's API: the deployment's own, else the vendor's variable. */
export const apiVersionOf = (
  own: string | null | undefined,
  { version }: Provider,
  env: Environment,
): string | undefined => {
  if (!version) return undefined;
  const variable = firstSet(version.env, env);
  return own || (variable === undefined ? undefined : lookUp(env, variable));
};

const checkedBase = (
  text: string,
  param: string,
  variable: string | undefined,
): { readonly apiBase: string } | Problem => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return { apiBase: text.replace(/\/+$/, '') };
  const subject = variable === undefined ? 'this' : `what ${variable} holds`;
  return { param, message: `${subject} is not an http(s) URL without user and password` };
};

const firstSet = (variables: readonly string[], env: Environment): string | undefined =>
  variables.find((variable) => lookUp(env, variable));

const unset = (param: string, variable: string, env: Environment): Problem => ({
  param,
  message: `${variable} is ${lookUp(env, variable) === undefined ? 'not set' : 'empty'}; set it, or remove the deployment`,
});

/** Printable ASCII: what every HTTP stack sends unchanged. */
export const isHeaderText = (text: string): boolean => /^[\x20-\x7E]*$/.test(text);
