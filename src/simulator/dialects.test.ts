import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { SPOKEN } from '#simulator/dialects.ts';
import { type Played, playSimulator } from '#simulator/test-kit.ts';
import { EMBEDDINGS } from '#simulator/translated-embeddings.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import { collect } from '#wire/collect.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { dialects } from '#wire/dialects.ts';
import { frameReader } from '#wire/framing/frames.ts';
import { runStep } from '#wire/test-kit.ts';

/** One place of each vendor for each dialect that it is asked in. */
interface Place {
  readonly profile: string;
  readonly dialect: ChatDialect;
  readonly model: string;
  readonly path: (stream: boolean) => string;
  /** Where the path names the model and the stream. */
  readonly inPath?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bare texts have no tools. */
  readonly hasNoTools?: boolean;
}

const PROJECT = '/v1beta1/projects/p/locations/l';

const PLACES: readonly Place[] = [
  ...['openai', 'azure', 'mistral', 'groq', 'gemini', 'cohere', 'anthropic', 'bedrock'].map(
    (profile): Place => ({
      profile,
      dialect: dialects['openai-chat'],
      model: 'a-model',
      path: () => '/v1/chat/completions',
    }),
  ),
  {
    profile: 'openai',
    dialect: dialects['openai-completions'],
    model: 'a-model',
    path: () => '/v1/completions',
    hasNoTools: true,
  },
  {
    profile: 'openai',
    dialect: dialects['openai-responses'],
    model: 'a-model',
    path: () => '/v1/responses',
  },
  {
    profile: 'azure',
    dialect: dialects['openai-chat'],
    model: 'a-model',
    path: () => '/openai/deployments/a-model/chat/completions',
  },
  {
    profile: 'azure',
    dialect: dialects['anthropic-messages'],
    model: 'a-model',
    path: () => '/anthropic/v1/messages',
  },
  {
    profile: 'anthropic',
    dialect: dialects['anthropic-messages'],
    model: 'a-model',
    path: () => '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
  },
  {
    profile: 'gemini',
    dialect: dialects.gemini,
    model: 'a-model',
    path: (stream) => `/v1beta/models/a-model:${stream ? 'streamG' : 'g'}enerateContent`,
    inPath: true,
  },
  {
    profile: 'gemini',
    dialect: dialects.gemini,
    model: 'a-model',
    path: (stream) =>
      `${PROJECT}/publishers/google/models/a-model:${stream ? 'streamG' : 'g'}enerateContent`,
    inPath: true,
  },
  {
    profile: 'gemini',
    dialect: dialects['anthropic-messages'],
    model: 'a-model',
    path: (stream) =>
      `${PROJECT}/publishers/anthropic/models/a-model:${stream ? 'streamR' : 'r'}awPredict`,
    inPath: true,
  },
  {
    profile: 'gemini',
    dialect: dialects['openai-chat'],
    model: 'maker/a-model',
    path: () => `${PROJECT}/endpoints/openapi/chat/completions`,
  },
  {
    profile: 'bedrock',
    dialect: dialects['bedrock-converse'],
    model: 'a-model',
    path: (stream) => `/model/a-model/converse${stream ? '-stream' : ''}`,
    inPath: true,
  },
  { profile: 'cohere', dialect: dialects['cohere-chat'], model: 'a-model', path: () => '/v2/chat' },
];

const PROFILES = [...new Set(PLACES.map(({ profile }) => profile))];

let played: Played;
beforeAll(async () => {
  const projects = PROFILES.map(
    (profile) =>
      `  - {id: ${profile}, key: sk-${profile}, profile: ${profile}, models: [a-model, maker/a-model]}`,
  );
  played = await playSimulator(`projects:\n${projects.join('\n')}\n`);
});
afterAll(() => played.simulator.close());

const ask = (place: Place, body: JsonObject, key = `sk-${place.profile}`): Promise<Response> =>
  fetch(`${played.url}${place.path(body['stream'] === true)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, ...place.headers },
    body: JSON.stringify(place.inPath ? withoutPlace(body) : body),
  });

const withoutPlace = ({ model: _, stream: _stream, ...body }: JsonObject): JsonObject => body;

const bodyOf = ({ dialect, model, hasNoTools }: Place, stream: boolean): JsonObject => {
  const request = {
    model,
    messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Why is the sky blue?' }] }],
    stream,
    includeUsage: true,
    maxOutputTokens: 300,
    ...(!hasNoTools && {
      tools: [{ name: 'get_time', schema: { type: 'object' } }],
      toolChoice: { kind: 'tool' as const, name: 'get_time' },
    }),
    dialect: 'nobody',
    extra: {},
  } as const;
  const { body } = dialect.writeRequest(request, { model, asksUsage: true });
  return { ...body, model, ...(stream && { stream }) };
};

const errorOf = async ({ dialect }: Place, reply: Response): Promise<UpstreamError> =>
  dialect.readError(reply.status, Object.fromEntries(reply.headers), await reply.text());

describe.each(PLACES.map((place) => [place.profile, place.path(false), place] as const))(
  '%s at %s',
  (profile, _, place) => {
    test('answers whole and streamed, the same kind of thing, and counts it', async () => {
      const { dialect } = place;
      const whole = (await (await ask(place, bodyOf(place, false))).json()) as Json;
      const streamed = await ask(place, bodyOf(place, true));
      const reader = frameReader(dialect, 1_000_000);
      const bytes = Buffer.from(await streamed.arrayBuffer());
      const frames = [...reader.push(bytes), ...reader.end()];
      for (const events of [dialect.readReply(whole), runStep(dialect.streamReader(), frames)]) {
        const { text, toolCalls, usage, finish } = collect(events);
        expect(usage?.inputTokens).toBeGreaterThan(5);
        expect(usage?.outputTokens).toBeGreaterThan(0);
        if (place.hasNoTools) expect(text).toContain('“Why is the sky blue?”');
        else expect(toolCalls).toMatchObject([{ name: 'get_time', input: '{}' }]);
        expect(finish.reason).toBe(place.hasNoTools ? 'stop' : 'tool-calls');
      }
    });

    test('says no in words that are understood', async () => {
      const body = bodyOf(place, false);
      const stranger = await errorOf(place, await ask(place, body, 'sk-nobody'));
      expect(stranger.kind).toBe('auth');
      for (const [status, kind] of [
        [400, 'invalid'],
        [403, 'auth'],
        [404, 'invalid'],
        [429, 'rate-limit'],
        [500, 'broken'],
        [503, 'overloaded'],
      ] as const) {
        const message = 'The moon is full.';
        const rule = { kind: 'http', status, message, times: 1, projects: [profile] };
        await played.fault(rule);
        const error = await errorOf(place, await ask(place, body));
        expect(error, String(status)).toMatchObject({ status, kind });
        expect(error.message).toContain(message);
      }
    });

    test('says in a stream what goes wrong in it', async () => {
      const message = 'The moon is full.';
      await played.fault({ kind: 'error_event', message, times: 1, projects: [profile] });
      const reply = await ask(place, bodyOf(place, true));
      const reader = frameReader(place.dialect, 1_000_000);
      const bytes = Buffer.from(await reply.arrayBuffer());
      const events = runStep(place.dialect.streamReader(), [
        ...reader.push(bytes),
        ...reader.end(),
      ]);
      expect(events.at(-1)).toMatchObject({ type: 'error', error: { message } });
    });
  },
);

test('every dialect that a vendor is asked in is played', () => {
  const elsewhere = ['openai-embeddings', 'cohere-rerank'];
  const spoken = [...SPOKEN.values(), ...EMBEDDINGS.values()].map(({ dialect }) => dialect.name);
  expect(new Set([...spoken, ...elsewhere])).toEqual(new Set(Object.keys(dialects)));
  expect(new Set(PLACES.map(({ dialect }) => dialect.name))).toEqual(
    new Set([...SPOKEN.values()].map(({ dialect }) => dialect.name)),
  );
});
