import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, isObject, own } from '#core/json.ts';
import type { ParamRules } from '#core/param-rules.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import { withoutFields } from '#gateway/drop-fields.ts';
import { callerRules, mergedRules } from '#gateway/params.ts';
import { cannotTake } from '#gateway/speech.ts';
import { type WholeReply, type WholeSpoken, askWhole } from '#gateway/whole.ts';
import type { Several } from '#gateway/several.ts';
import type { ReplyCodec, WholeAnswer } from '#gateway/whole-exchange.ts';
import type { Target } from '#upstream/target.ts';
import { embeddingDialect } from '#wire/dialects.ts';
import type { Usage } from '#wire/chat-event.ts';
import type { EmbeddingDialect, EmbeddingReply, EmbeddingRequest } from '#wire/embedding.ts';
import { openaiEmbeddings } from '#wire/openai-embeddings/index.ts';
import { readUsage } from '#wire/openai-embeddings/reply.ts';

/** A request for embeddings in the caller's dialect in, a reply in the same one out; no HTTP in it. */
export const embeddings = (
  deps: GatewayDeps,
  call: GatewayCall,
  dialect: EmbeddingDialect = openaiEmbeddings,
): Promise<WholeReply> => {
  const { model } = dialect.touchRequest(call.body);
  const { params } = deps.settings;
  const kept: Kept = new Map();
  return askWhole(deps, call, {
    model,
    speak(target, course) {
      const { spec } = target;
      const at = target.endpointAt('embeddings', { model: modelAt(spec, course), stream: false });
      const to = at && embeddingDialect(at.dialect);
      if (!to) {
        const message = `Deployment ${spec.name} does not offer embeddings.`;
        throw new SpillwayError('invalid_request', message);
      }
      const isCommon = to.name === openaiEmbeddings.name && dialect.name === to.name;
      const rules = rulesFor(target, course);
      const { body, more, ...said }: Said = isCommon
        ? passed({ target, course, rules })
        : translated({ target, course, rules, from: dialect, to, kept });
      const textOf = (each: JsonObject): string => JSON.stringify(at.amend?.(each) ?? each);
      const several = more && { ...more, bodies: more.bodies.map(textOf) };
      return { path: at.path, body: textOf(body), ...said, ...(several && { several }) };
    },
  });

  function rulesFor({ spec }: Target, { asked }: Course): ParamRules {
    const rules = mergedRules([callerRules(asked) ?? {}, spec.params ?? {}, params]);
    // Who speaks another dialect than the config's own parameters cannot know what this vendor takes.
    return { drops: dialect.name !== openaiEmbeddings.name, ...rules };
  }
};

type Said = Omit<WholeSpoken, 'path' | 'body' | 'several'> & {
  readonly body: JsonObject;
  /** Where its vendor takes it in several calls only. */
  readonly more?: Omit<Several, 'bodies'> & { readonly bodies: readonly JsonObject[] };
};

interface Saying {
  readonly target: Target;
  readonly course: Course;
  readonly rules: ParamRules;
}

/** The common dialect's requests and replies pass as they are. */
const passed = ({ target: { spec }, course, rules }: Saying): Said => {
  const said = { ...spec.defaults, ...spec.extraBody, ...course.body };
  const { body, found } = withoutFields(said, rules.dropped);
  return { body: { ...body, model: modelAt(spec, course) }, dropped: found, codec: commonReplies };
};

const commonReplies: ReplyCodec = {
  answerOf: (reply) =>
    Array.isArray(own(reply, 'data')) ? { usage: readUsage(reply) } : undefined,
  readError: (...answer) => openaiEmbeddings.readError(...answer),
};

/** Of a request in several calls: what has been answered before one failed, by what was asked. */
type Kept = Map<string, (EmbeddingReply | undefined)[]>;

interface Translating extends Saying {
  readonly kept: Kept;
  readonly from: EmbeddingDialect;
  readonly to: EmbeddingDialect;
}

const translated = ({ target, course, rules, from, to, kept }: Translating): Said => {
  const { spec } = target;
  const model = modelAt(spec, course);
  const wanted = withoutFields(course.body, rules.dropped);
  const request = withDefaults(from.readRequest(wanted.body), spec.defaults);
  const parts = partsOf(request, to.mostInputs?.(model));
  const written = parts.map((part) => to.writeRequest(part, { model }));
  const { left } = written[0]!;
  const nameOf = (field: (typeof left)[number]): string => from.paramNames[field] ?? field;
  // For whom it is changes no vector.
  const missed = left.filter((field) => field !== 'user').map(nameOf);
  if (missed.length > 0 && !rules.drops) throw cannotTake(spec.name, missed);
  const how = { from: to, to: from, model };
  const bodies = written.map((each) => ({ ...each.body, ...spec.extraBody }));
  const said = {
    body: bodies[0]!,
    dropped: [...wanted.found, ...left.map(nameOf)],
    codec: translatedReplies(request, how),
  };
  if (parts.length === 1) return said;
  const asked = JSON.stringify([to.name, model, said.body]);
  const replies = kept.get(asked) ?? parts.map(() => undefined);
  kept.set(asked, replies);
  return { ...said, more: severalOf(request, { parts, bodies, replies }, how) };
};

/** So many inputs one request may have where it becomes several calls: more no client sends at once. */
const MOST_INPUTS = 2_048;

/** As a vendor takes it: one, or several with as many inputs as it takes at once. */
const partsOf = (request: EmbeddingRequest, most = Infinity): readonly EmbeddingRequest[] => {
  const { inputs } = request;
  if (inputs.length <= most) return [request];
  if (inputs.length > MOST_INPUTS) {
    const message = `\`input\` must have ${MOST_INPUTS} texts at most for this model; found ${inputs.length}.`;
    throw new SpillwayError('invalid_request', message, { param: 'input' });
  }
  return Array.from({ length: Math.ceil(inputs.length / most) }, (_, i) => ({
    ...request,
    inputs: inputs.slice(i * most, (i + 1) * most),
  }));
};

interface Parts {
  readonly parts: readonly EmbeddingRequest[];
  readonly bodies: readonly JsonObject[];
  /** Of each part, once it is there. */
  readonly replies: (EmbeddingReply | undefined)[];
}

/**
 * Calls for what has not been answered yet; then the vectors of all in the order of the inputs, and what
 * they took together.
 */
const severalOf = (
  request: EmbeddingRequest,
  { parts, bodies, replies }: Parts,
  how: Between,
): NonNullable<Said['more']> => {
  const open = [...parts.keys()].filter((i) => !replies[i]);
  return {
    bodies: open.map((i) => bodies[i]!),
    codecFor: (call) => ({
      readsAll: true,
      answerOf(body) {
        const i = open[call]!;
        const reply = replyIn(body, parts[i]!, how);
        if (reply) replies[i] = reply;
        return reply && { usage: reply.usage };
      },
      readError: (...answer) => how.from.readError(...answer),
    }),
    joined() {
      const all = replies.filter((reply) => reply !== undefined);
      const usages = all.flatMap(({ usage }) => usage ?? []);
      const whole = {
        model: all[0]!.model,
        vectors: all.flatMap(({ vectors }) => vectors),
        // A part that nobody counted, and the sum would be too small.
        ...(usages.length === all.length && { usage: summed(usages) }),
      };
      return answerTo(request, whole, how);
    },
  };
};

const summed = (usages: readonly Usage[]): Usage => ({
  inputTokens: usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
  outputTokens: 0,
});

/** What a deployment's config says of requests, by the common names, where the caller does not. */
const withDefaults = (request: EmbeddingRequest, defaults: JsonObject): EmbeddingRequest => {
  if (Object.keys(defaults).length === 0) return request;
  const { model } = request;
  const { dimensions, purpose } = openaiEmbeddings.readRequest({ ...defaults, model, input: '' });
  return {
    ...(dimensions !== undefined && { dimensions }),
    ...(purpose !== undefined && { purpose }),
    ...request,
  };
};

interface Between {
  /** The vendor's. */
  readonly from: EmbeddingDialect;
  /** The caller's. */
  readonly to: EmbeddingDialect;
  readonly model: string;
}

const translatedReplies = (request: EmbeddingRequest, how: Between): ReplyCodec => ({
  readsAll: true,
  answerOf(body) {
    const reply = replyIn(body, request, how);
    return reply && answerTo(request, reply, how);
  },
  readError: (...answer) => how.from.readError(...answer),
});

/** Undefined where it is none, or not one to this request. */
const replyIn = (
  body: JsonObject,
  { inputs }: EmbeddingRequest,
  { from }: Between,
): EmbeddingReply | undefined => {
  try {
    const reply = from.readReply(body);
    // A vector too few, and all that follow would be somebody else's.
    const isWhole = reply.vectors.length === inputs.length && !isObject(own(body, 'error'));
    return isWhole ? reply : undefined;
  } catch {
    return undefined;
  }
};

const answerTo = (
  request: EmbeddingRequest,
  reply: EmbeddingReply,
  { to, model }: Between,
): WholeAnswer => {
  const named = { ...reply, model: reply.model || model };
  return { usage: reply.usage, bytes: Buffer.from(JSON.stringify(to.writeReply(named, request))) };
};
