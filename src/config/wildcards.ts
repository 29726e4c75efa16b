import type { Problem } from '#config/credentials.ts';
import type { Draft } from '#config/model-row.ts';
import { type Environment, lookUp } from '#config/os-environ.ts';
import { providers } from '#providers/index.ts';
import type { Provider } from '#providers/provider.ts';

const starsIn = (text: string): number => text.split('*').length - 1;

/** Why a row's `*` cannot be filled in; undefined where it can, or where there is none. */
export const wildcardProblem = ({ row, choice }: Draft): Problem | undefined => {
  const { model } = row.litellm_params;
  const [named, asked] = [starsIn(row.model_name), starsIn(model)];
  if (model === '*') return { param: 'model', message: ANY_VENDOR };
  if (asked > 0 && typeof choice !== 'string' && !takesAnyModel(choice.provider))
    return {
      param: 'model',
      message: `${choice.provider.name} has a URL for each model; write a row for each`,
    };
  if (asked <= named) return undefined;
  const message =
    named === 0
      ? 'a model with * needs a model_name with *, to know what it stands for'
      : `there are ${asked} * here and ${named} in the model_name; write as many`;
  return { param: 'model', message };
};

const takesAnyModel = ({ operations }: Provider): boolean =>
  Object.values(operations).every(({ path }) => typeof path === 'string');

const ANY_VENDOR =
  'a model * alone is for every vendor whose key is in the environment; ' +
  'set one, or write the vendor in front of it, and a row for each';

/**
 * `model: "*"` asks whatever vendor the caller names. Such a row is one for each vendor whose key the
 * environment has: `VENDOR/*`. A row with a key or a base URL of its own means one vendor, and which
 * one it does not say.
 */
export const expandAnyVendor = (draft: Draft, env: Environment): readonly Draft[] => {
  const { row, params } = draft;
  const { model, api_key, api_base, base_url, custom_llm_provider } = row.litellm_params;
  if (model !== '*' || !row.model_name.includes('*')) return [draft];
  if (api_key || api_base || base_url || custom_llm_provider) return [draft];
  const vendors = providers.filter((each) => !each.isAlias && takesAnyModel(each));
  const able = vendors.filter(({ keyEnv, baseUrl, baseEnv }) => {
    const isSet = (variable: string): boolean => Boolean(lookUp(env, variable));
    return keyEnv.some(isSet) && (baseUrl !== '' || baseEnv.some(isSet));
  });
  if (able.length === 0) return [draft];
  return able.map((provider) => {
    const own = `${provider.name}/*`;
    const litellm = { ...row.litellm_params, model: own };
    const group = row.model_name.replace('*', own);
    return {
      ...draft,
      row: { ...row, model_name: group, litellm_params: litellm },
      params: { ...params, model: own },
      choice: { provider, model: '*' },
    };
  });
};
