import { type Environment, environmentOf } from '#server/env.ts';

const REFERENCE = /\b(api_key|master_key|api_base|base_url)\s*:\s*["']?os\.environ\/(\w+)/g;

/**
 * The environment with stand-ins for the keys and places that a config refers to and that are not
 * set: nothing is sent, and each name is a key of its own.
 */
export const planEnvironment = (config: string, { variables }: Environment): Environment => {
  const standIns: Record<string, string> = {};
  for (const [, field = '', name = ''] of config.matchAll(REFERENCE))
    if (!variables[name])
      standIns[name] = field.endsWith('key') ? `sk-plan-${name}` : 'http://plan.invalid/v1';
  return environmentOf({ ...variables, ...standIns });
};
