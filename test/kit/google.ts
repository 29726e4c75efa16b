import { readFileSync } from 'node:fs';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { Deployment } from '#config/loaded.ts';
import type { JsonObject } from '#core/json.ts';
import { closedAfterEach } from './closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './gateway.ts';
import { type Script, sendJson, startUpstream } from './upstream.ts';

const closing = closedAfterEach();

/** Bytes as Google documents them. */
export const fixture = (name: string): string =>
  readFileSync(new URL(`../../src/wire/gemini/fixtures/${name}`, import.meta.url), 'utf8');

/** A Gemini that answers `name`, whole or streamed. */
export const google =
  (name: string): Script =>
  (call, res) => {
    if (call.path.includes(':batchEmbedContents')) {
      const { requests } = call.body as { requests: JsonObject[] };
      const embeddings = requests.map((_, i) => ({ values: [i, 0.5] }));
      return sendJson(res, 200, { embeddings });
    }
    if (!call.path.includes(':stream'))
      return sendJson(res, 200, JSON.parse(fixture(`reply-${name}.json`)));
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.end(fixture(`stream-${name}.sse`));
  };

/** One deployment behind a gateway, the SDK and plain HTTP before it. */
export const world = async (script: Script, more: Partial<Deployment> = {}) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const row = deployment('A', upstream.url, { group: 'gem', ...more });
  const gateway = await startGateway(configOf([row]));
  closing.push(() => gateway.close());
  const httpOptions = { baseUrl: gateway.url };
  const ai = new GoogleGenAI({ apiKey: MASTER_KEY, httpOptions });
  const openai = new OpenAI({ apiKey: MASTER_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  return { upstream, gateway, ai, openai };
};

export const GEMINI = { provider: 'gemini', model: 'gemini-2.5-flash' } as const;

export const FUNCTION = {
  name: 'get_current_temperature',
  description: 'Gets the temperature',
  parametersJsonSchema: {
    type: 'object',
    properties: { location: { type: 'string' }, unit: { type: 'string' } },
    required: ['location'],
  },
};
