import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, isObject, own } from '#core/json.ts';
import type { ParamRules } from '#core/param-rules.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import { withoutFields } from '#gateway/drop-fields.ts';
import { callerRules, mergedRules } from '#gateway/params.ts';
import { cannotTake } from '#gateway/speech.ts';
import { type WholeReply, type WholeSpoken, askWhole } from '#gateway/whole.ts';
import type { ReplyCodec } from '#gateway/whole-exchange.ts';
import type { Target } from '#upstream/target.ts';
import { embeddingDialect } from '#wire/dialects.ts';
import type { EmbeddingDialect, EmbeddingRequest } from '#wire/embedding.ts';
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
      const { body, ...said } = isCommon
        ? passed({ target, course, rules })
        : translated({ target, course, rules, from: dialect, to });
      return { path: at.path, body: JSON.stringify(at.amend?.(body) ?? body), ...said };
    },
  });

  function rulesFor({ spec }: Target, { asked }: Course): ParamRules {
    const rules = mergedRules([callerRules(asked) ?? {}, spec.params ?? {}, params]);
    // Who speaks another dialect than the config's own parameters cannot know what this vendor takes.
    return { drops: dialect.name !== openaiEmbeddings.name, ...rules };
  }
};

type Said = Omit<WholeSpoken, 'path' | 'body'> & { readonly body: JsonObject };

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

interface Translating extends Saying {
  readonly from: EmbeddingDialect;
  readonly to: EmbeddingDialect;
}

const translated = ({ target, course, rules, from, to }: Translating): Said => {
  const { spec } = target;
  const model = modelAt(spec, course);
  const wanted = withoutFields(course.body, rules.dropped);
  const request = withDefaults(from.readRequest(wanted.body), spec.defaults);
  const { body, left } = to.writeRequest(request, { model });
  const nameOf = (field: (typeof left)[number]): string => from.paramNames[field] ?? field;
  // For whom it is changes no vector.
  const missed = left.filter((field) => field !== 'user').map(nameOf);
  if (missed.length > 0 && !rules.drops) throw cannotTake(spec.name, missed);
  return {
    body: { ...body, ...spec.extraBody },
    dropped: [...wanted.found, ...left.map(nameOf)],
    codec: translatedReplies(request, { from: to, to: from, model }),
  };
};

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

const translatedReplies = (
  request: EmbeddingRequest,
  { from, to, model }: { from: EmbeddingDialect; to: EmbeddingDialect; model: string },
): ReplyCodec => ({
  readsAll: true,
  answerOf(body) {
    try {
      const reply = from.readReply(body);
      // A vector too few, and all that follow would be somebody else's.
      if (reply.vectors.length !== request.inputs.length || isObject(own(body, 'error')))
        return undefined;
      const named = { ...reply, model: reply.model || model };
      const bytes = Buffer.from(JSON.stringify(to.writeReply(named, request)));
      return { usage: reply.usage, bytes };
    } catch {
      return undefined;
    }
  },
  readError: (...answer) => from.readError(...answer),
});
