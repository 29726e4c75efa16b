import { isObject, type JsonObject, own } from '#core/json.ts';
import type { App } from '#flow/dsl/app.ts';
import type { ModelRef } from '#flow/nodes/node-type.ts';

/** The models that an app's nodes name, each once: of an app that cannot run, too. */
export const wantedModels = ({ nodes }: App): ModelRef[] => {
  const found = nodes.flatMap(({ data }) => [
    ...refIn(own(data, 'model')),
    ...refIn(agentModel(data)),
  ]);
  const byKey = new Map(
    found.map((model) => [JSON.stringify([model.provider, model.name]), model]),
  );
  return [...byKey.values()];
};

const refIn = (model: unknown): ModelRef[] => {
  if (!isObject(model)) return [];
  const [provider, name] = [own(model, 'provider'), own(model, 'name') ?? own(model, 'model')];
  if (typeof name !== 'string' || name === '') return [];
  return [{ provider: typeof provider === 'string' ? provider : '', name }];
};

const agentModel = (data: JsonObject): unknown => {
  const parameters = own(data, 'agent_parameters');
  const model = isObject(parameters) ? own(parameters, 'model') : undefined;
  return isObject(model) ? own(model, 'value') : undefined;
};
