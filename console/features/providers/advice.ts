import { ApiError } from '../../data/api.ts';
import type { ModelForm } from './form.ts';

export type Advice = 'key' | 'path' | 'limit' | 'reach' | 'speech' | 'slow' | 'group';

const OF_STATUS: Readonly<Record<number, Advice>> = {
  401: 'key',
  403: 'key',
  404: 'path',
  405: 'path',
  429: 'limit',
};

const OF_CODE: Readonly<Record<string, Advice>> = {
  upstream_unreachable: 'reach',
  upstream_invalid: 'speech',
  timeout: 'slow',
};

/** What to look at in the form after a test that has failed; undefined where the server has said it. */
export const adviceFor = (error: unknown, where: ModelForm['where']): Advice | undefined => {
  if (!(error instanceof ApiError) || error.code === 'invalid_request') return undefined;
  const { code, status } = error;
  const advice = code === 'upstream_rejected' ? OF_STATUS[status] : OF_CODE[code];
  return advice !== undefined && where === 'group' ? 'group' : advice;
};
