import { isObject, type JsonObject } from '#core/json.ts';
import { googleQuota } from '#providers/google-quota.ts';
import type { Lack, Place, Provider } from '#providers/provider.ts';
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

/** Below the API's version: a key's own project has no name. */
const home = ({ version = '', settings }: Place): string => {
  const project = textSetting(settings, 'vertex_project');
  const place = project && `/projects/${project}/locations/${locationOf(settings)}`;
  return `/${encodeURIComponent(version)}${place ?? ''}`;
};

const isClaude = (model: string): boolean => model.startsWith('claude-');

/** Open models are served with their publisher's name in front, in the common dialect. */
const isOpen = (model: string): boolean => /^[\w.-]+\/[\w.@-]+$/.test(model);

/** LiteLLM's way to say that a tuned model is one of Google's. */
const plain = (model: string): string => model.replace(/^(?:gemini|google)\//, '');

/** The date of a model stands behind an `@`, as it is. */
const segment = (model: string): string => encodeURIComponent(model).replaceAll('%40', '@');

const chatAt = (place: Place): string => {
  const model = plain(place.model);
  const { stream } = place;
  if (isClaude(model)) {
    const name = `${home(place)}/publishers/anthropic/models/${segment(model)}`;
    return stream ? `${name}:streamRawPredict` : `${name}:rawPredict`;
  }
  if (isOpen(model)) return `${home(place)}/endpoints/openapi/chat/completions`;
  const verb = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  // A tuned model is an endpoint with a number.
  if (/^\d+$/.test(model)) return `${home(place)}/endpoints/${model}:${verb}`;
  return `${home(place)}/publishers/google/models/${segment(model)}:${verb}`;
};

/** Claude's tokens are counted at one place for all of its models: the body names it. */
const countAt = (place: Place): string => {
  const model = plain(place.model);
  const publishers = `${home(place)}/publishers`;
  return isClaude(model)
    ? `${publishers}/anthropic/models/count-tokens:rawPredict`
    : `${publishers}/google/models/${segment(model)}:countTokens`;
};

const dialectOf = ({ model }: Place): 'anthropic-messages' | 'gemini' | 'openai-chat' => {
  if (isClaude(plain(model))) return 'anthropic-messages';
  return isOpen(plain(model)) ? 'openai-chat' : 'gemini';
};

/** Claude's model stands in the path, and its version in the body. */
const amend = (body: JsonObject, { model }: Place): JsonObject => {
  if (!isClaude(plain(model))) return body;
  const { model: _, ...said } = body;
  return { anthropic_version: 'vertex-2023-10-16', ...said };
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
  // It refuses the ids of calls that its sibling gives.
  quirks: [{ noCallIds: true }, { models: /^claude-/, wantsBytes: true }],
  operations: {
    chat: { path: chatAt, dialect: dialectOf, amend },
    count: { path: countAt, dialect: dialectOf },
    embeddings: {
      path: (place) =>
        `${home(place)}/publishers/google/models/${segment(plain(place.model))}:predict`,
      dialect: 'vertex-embeddings',
    },
  },
} satisfies Provider;
