import type { AppModel } from '#gateway/console/app-shapes.ts';
import type { ModelAsk } from '../../data/app-models.ts';

/** The form of a model as a person fills it in; empty texts are what is left out. */
export interface ModelForm {
  readonly provider: string;
  readonly name: string;
  readonly where: 'group' | 'endpoint';
  readonly group: string;
  readonly url: string;
  readonly endpointName: string;
  /** Undefined: the one that is kept stays. */
  readonly apiKey: string | undefined;
}

export const emptyForm = (provider = '', name = ''): ModelForm => ({
  provider,
  name,
  where: 'group',
  group: '',
  url: '',
  endpointName: '',
  apiKey: undefined,
});

export const formOf = (model: AppModel): ModelForm => ({
  provider: model.provider ?? '',
  name: model.name,
  where: model.group === null ? 'endpoint' : 'group',
  group: model.group ?? '',
  url: model.endpoint_url ?? '',
  endpointName: model.endpoint_model_name ?? '',
  apiKey: undefined,
});

export const askOf = ({ provider, name, where, ...form }: ModelForm): ModelAsk => ({
  name: name.trim(),
  ...(provider.trim() !== '' && { provider: provider.trim() }),
  ...(where === 'group'
    ? { group: form.group }
    : {
        endpoint_url: form.url.trim(),
        ...(form.endpointName.trim() !== '' && { endpoint_model_name: form.endpointName.trim() }),
        ...(form.apiKey !== undefined && { api_key: form.apiKey }),
      }),
});

export const isFilledIn = ({ name, where, group, url }: ModelForm): boolean =>
  name.trim() !== '' && (where === 'group' ? group !== '' : /^https?:\/\/\S+$/.test(url.trim()));
