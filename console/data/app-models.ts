import { useQuery } from '@tanstack/react-query';
import type { AppModel, AppModelsReply, ModelTrialReply } from '#gateway/console/app-shapes.ts';
import { ask } from './api.ts';
import { queries } from './queries.ts';

const PATH = '/spillway/app-models';

export const useAppModels = () =>
  useQuery({ queryKey: ['app-models'], queryFn: () => ask<AppModelsReply>(PATH) });

/** The form in which Dify asks for a model, or a group of this gateway in its place. */
export interface ModelAsk {
  readonly provider?: string;
  readonly name: string;
  readonly group?: string;
  readonly endpoint_url?: string;
  readonly endpoint_model_name?: string;
  /** Left out: the one that was given before. */
  readonly api_key?: string;
}

// Apps that could not run may run now.
const changed = async (): Promise<void> => {
  await queries.invalidateQueries({ queryKey: ['app-models'] });
  await queries.invalidateQueries({ queryKey: ['apps'] });
};

export const saveModel = async (body: ModelAsk): Promise<void> => {
  await ask<AppModel>(PATH, { method: 'PUT', body });
  await changed();
};

export const forgetModel = async (id: string): Promise<void> => {
  await ask(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' });
  await changed();
};

/** Asks the model for a few tokens; nothing is kept. */
export const tryModel = (body: ModelAsk): Promise<ModelTrialReply> =>
  ask<ModelTrialReply>(`${PATH}/check`, { method: 'POST', body });
