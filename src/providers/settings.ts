import type { Json } from '#core/json.ts';

/** Parameters of `litellm_params` that one vendor has, by name, as far as they are set. */
export type Settings = Readonly<Record<string, Json>>;

/** Their names, and the variables that hold each where a row does not write it, in order. */
export type SettingSources = Readonly<Record<string, readonly string[]>>;

/** A setting that is a text; undefined where it is something else, or empty. */
export const textSetting = (settings: Settings, name: string): string | undefined => {
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};
