import { isObject } from '#core/json.ts';
import { googleQuota } from '#providers/google-quota.ts';
import type { Lack, Provider } from '#providers/provider.ts';
import { type Settings, textSetting } from '#providers/settings.ts';

/** Where LiteLLM sends what names no place. */
const COMMON_LOCATION = 'us-central1';

const locationOf = (settings: Settings): string =>
  textSetting(settings, 'vertex_location') ?? COMMON_LOCATION;

/** `global` and the jurisdictions have hosts of their own; every other location is part of its host. */
const hostOf = (location: string): string => {
  if (location === 'global') return 'aiplatform.googleapis.com';
  if (location === 'us' || location === 'eu') return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
};

const lacks = (settings: Settings, hasKey: boolean): Lack | undefined => {
  const name = /^[a-z0-9][a-z0-9-]{0,62}$/;
  if (!name.test(locationOf(settings)))
    return {
      param: 'vertex_location',
      message: 'this names no location; write one such as us-central1, europe-west4 or global',
    };
  const project = textSetting(settings, 'vertex_project');
  // A key belongs to one project.
  if (project === undefined && hasKey) return undefined;
  if (project !== undefined && /^[\w.:-]{1,100}$/.test(project)) return undefined;
  return {
    param: 'vertex_project',
    message: 'there is no project; write vertex_project, or set VERTEXAI_PROJECT',
  };
};

export default {
  name: 'vertex_ai',
  baseUrl: '',
  baseUrlOf: (settings) => `https://${hostOf(locationOf(settings))}`,
  auth: { header: 'x-goog-api-key' },
  credentials: ({ vertex_credentials: key }) => ({
    kind: 'google',
    ...((typeof key === 'string' || isObject(key)) && { key }),
  }),
  settings: {
    vertex_project: ['VERTEXAI_PROJECT', 'VERTEX_PROJECT', 'GOOGLE_CLOUD_PROJECT'],
    vertex_location: ['VERTEXAI_LOCATION', 'VERTEX_LOCATION', 'GOOGLE_CLOUD_LOCATION'],
    vertex_credentials: [
      'VERTEXAI_CREDENTIALS',
      'VERTEX_CREDENTIALS',
      'GOOGLE_APPLICATION_CREDENTIALS',
    ],
  },
  lacks,
  keyEnv: ['VERTEXAI_API_KEY', 'VERTEX_API_KEY'],
  baseEnv: ['VERTEXAI_API_BASE', 'VERTEX_API_BASE'],
  version: { env: [], common: 'v1beta1' },
  quota: googleQuota,
  operations: {},
} satisfies Provider;
