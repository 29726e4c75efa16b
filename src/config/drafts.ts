import type { Part } from '#core/check-schema.ts';
import { isObject } from '#core/json.ts';
import { type Draft, type Row, ROW_USED, rowSchema } from '#config/model-row.ts';
import { borrow, type Lender } from '#config/named-credentials.ts';
import { chooseProvider, type ProviderChoice } from '#config/provider-choice.ts';
import { childOf, type Report, warnOfKeys, writtenAt } from '#config/section.ts';

/** A row as the deployments that it is to be: none where it is malformed, which is an error. */
export const draftsOf = (
  written: Part,
  lenders: ReadonlyMap<string, Lender>,
  report: Report,
): Draft[] => {
  const { part, ...borrowed } = borrow(written, lenders);
  const row = report.read(part, rowSchema);
  if (!row) return [];
  warnOfKeys(part, { used: ROW_USED, idle: [] }, report);
  const params = childOf(part, 'litellm_params')?.value;
  if (!isObject(params)) return [];
  const choice = choiceOf(part, row);
  const { organization } = row.litellm_params;
  if (!Array.isArray(organization))
    return [
      {
        part: written,
        ...borrowed,
        row,
        params,
        choice,
        ...(organization ? { organization } : {}),
      },
    ];
  // As in LiteLLM, a list of organisations is one deployment for each.
  return organization.map((one) => ({
    part: written,
    ...borrowed,
    row,
    params: { ...params, organization: one },
    organization: one,
    choice,
  }));
};

const choiceOf = (part: Part, { litellm_params: params }: Row): ProviderChoice | string => {
  const isSet = (param: 'api_base' | 'base_url'): boolean =>
    Boolean(writtenAt(part, ['litellm_params', param]) || params[param]);
  return chooseProvider({
    model: params.model,
    providerName: params.custom_llm_provider || undefined,
    hasApiBase: isSet('api_base') || isSet('base_url'),
  });
};
