import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, own } from '#core/json.ts';
import type { ParamRules } from '#core/param-rules.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import { withoutFields } from '#gateway/drop-fields.ts';
import { mended } from '#gateway/mended.ts';
import { NO_RULES, callerRules, leftOf, mergedRules } from '#gateway/params.ts';
import type { Target } from '#upstream/target.ts';
import type { ChatRequest, RequestField, Source } from '#wire/chat-request.ts';
import type { ChatDialect, Quirks, ReadOptions } from '#wire/dialect.ts';
import { chatDialect } from '#wire/dialects.ts';
import { type LinkedPart, linkedParts, withBytes } from '#wire/linked-parts.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { fitTools } from '#wire/tool-names.ts';

/** A request as one deployment gets it. */
export interface Spoken extends ReadOptions {
  readonly path: string;
  /** JSON. */
  readonly body: string;
  /** In which it is said, and answered. */
  readonly dialect: ChatDialect;
  /** The caller's parameters that are not in it. */
  readonly dropped: readonly string[];
  /** Tools whose names its vendor does not take: by the names that they have there, the caller's. */
  readonly toolNames?: ReadonlyMap<string, string>;
}

/** Where a request is said: what its deployment is, and how it is spoken to. */
export interface Place {
  readonly target: Target;
  readonly course: Course;
  readonly model: string;
  readonly quirks: Quirks;
  readonly path: string;
  readonly dialect: ChatDialect;
  readonly amend: (body: JsonObject) => JsonObject;
  /** It speaks the caller's dialect: the body goes on as it is. */
  readonly passes: boolean;
}

/**
 * How one request is said to each deployment: in its caller's dialect it passes as it is, for another
 * it is read once and written anew.
 */
export class Speech {
  readonly #dialect: ChatDialect;
  readonly #stream: boolean;
  readonly #rules: ParamRules;
  /** By course, which changes fields of the body; from the first that has to be read on. */
  #read: Map<Course, ChatRequest> | undefined;

  constructor(dialect: ChatDialect, stream: boolean, rules: ParamRules = NO_RULES) {
    this.#dialect = dialect;
    this.#stream = stream;
    this.#rules = rules;
  }

  /** Throws SpillwayError `invalid_request` where the deployment offers no chat. */
  at(target: Target, course: Course): Place {
    const model = modelAt(target.spec, course);
    const at = target.conversationAt(this.#dialect.name, { model, stream: this.#stream });
    const dialect = at && chatDialect(at.dialect);
    if (!dialect) {
      const message = `Deployment ${target.spec.name} does not offer chat.`;
      throw new SpillwayError('invalid_request', message);
    }
    const { path, amend = unchanged } = at;
    const passes = dialect.name === this.#dialect.name && this.#passes(target);
    return { target, course, model, quirks: target.quirksOf(model), path, dialect, amend, passes };
  }

  /** Files that the deployment takes as bytes, and that the caller has sent by their addresses. */
  wants({ course, quirks, dialect, passes }: Place): readonly LinkedPart[] {
    const others = passes ? undefined : dialect.wantsBytes;
    const wants = quirks.wantsBytes ? always : others;
    return wants ? linkedParts(this.#readFor(course, course.body), wants) : NO_PARTS;
  }

  /**
   * `files` are there in the place of their addresses. Throws SpillwayError `invalid_request` where the
   * deployment cannot be asked for this.
   */
  to(place: Place, files = NO_FILES): Spoken {
    const { target, course, path, dialect, passes } = place;
    const { params } = target.spec;
    const said = callerRules(course.asked);
    const rules =
      params || said ? mergedRules([said ?? {}, params ?? {}, this.#rules]) : this.#rules;
    if (passes && files.size === 0) return this.#passed(place, rules);
    return { path, dialect, ...this.#translated(place, { rules, files }) };
  }

  /** Defaults have the names of one dialect: a body of another takes them by way of the hub. */
  #passes({ spec }: Target): boolean {
    return this.#dialect.name === openaiChat.name || Object.keys(spec.defaults).length === 0;
  }

  #passed(
    { target, course, model, quirks, amend, path, dialect }: Place,
    rules: ParamRules,
  ): Spoken {
    const { spec, asksUsage } = target;
    const said = withoutFields(withOwn(spec, course.body), this.#unwanted(quirks, rules));
    const written = this.#dialect.redirectRequest(said.body, { model, asksUsage, quirks });
    return { path, dialect, body: JSON.stringify(amend(written)), dropped: said.found };
  }

  /** A vendor says for itself what it refuses, unless dropping is wanted. */
  #unwanted(quirks: Quirks, rules: ParamRules): readonly string[] {
    const refused = rules.drops ? (quirks.refuses ?? []).map((field) => this.#nameOf(field)) : [];
    if (refused.length === 0 && rules.dropped.length === 0) return NONE;
    return [...rules.dropped, ...refused].filter((name) => !rules.allowed.includes(name));
  }

  #nameOf(field: RequestField): string {
    return this.#dialect.paramNames[field] ?? field;
  }

  #translated(
    { target, course, model, quirks, dialect: to, amend }: Place,
    { rules, files }: { readonly rules: ParamRules; readonly files: ReadonlyMap<string, Source> },
  ): Omit<Spoken, 'path' | 'dialect'> {
    const { spec, asksUsage } = target;
    const { body: wanted, found: unwanted } = withoutFields(course.body, rules.dropped);
    const said = withBytes(this.#readFor(course, wanted), files);
    const read = withDefaults(said, spec.defaults);
    const whole = within(rules.modifies ? mended(read) : read, spec.mostOutputTokens);
    const isSame = to.name === this.#dialect.name;
    const { request, names } = fitTools(whole, isSame ? undefined : to.toolNames);
    const options = { model, asksUsage, quirks, ...mostOf(target) };
    const written = to.writeRequest(request, options);
    const { body, emulates } = written;
    const { missed, slight } = leftOf(request, { ...written, from: this.#dialect, to });
    const isAllowed = (name: string): boolean => rules.allowed.includes(name);
    const refused = missed.filter((name) => !isAllowed(name));
    // Who speaks another dialect than the config's own parameters cannot know what this vendor takes.
    const drops = rules.drops ?? this.#dialect.name !== openaiChat.name;
    if (refused.length > 0 && !drops) throw cannotTake(spec.name, refused);
    const passed = Object.fromEntries(
      [...missed, ...slight].filter(isAllowed).flatMap((name) => {
        // What stands deeper in the body has no name of its own.
        const value = own(course.body, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    return {
      body: JSON.stringify(amend({ ...spec.extraBody, ...body, ...passed })),
      dropped: [...unwanted, ...refused, ...slight.filter((name) => !isAllowed(name))],
      ...(emulates && { emulates }),
      ...(names && { toolNames: names }),
    };
  }

  #readFor(course: Course, wanted: JsonObject): ChatRequest {
    if (wanted !== course.body) return this.#dialect.readRequest(wanted);
    this.#read ??= new Map();
    const known = this.#read.get(course) ?? this.#dialect.readRequest(course.body);
    this.#read.set(course, known);
    return known;
  }
}

const NONE: readonly string[] = [];
const NO_PARTS: readonly LinkedPart[] = [];
const NO_FILES: ReadonlyMap<string, Source> = new Map();

const always = (): boolean => true;

/** Most deployments have nothing of their own to say. */
const withOwn = ({ defaults, extraBody }: Target['spec'], body: JsonObject): JsonObject =>
  isEmpty(defaults) && isEmpty(extraBody) ? body : { ...defaults, ...extraBody, ...body };

const isEmpty = (fields: JsonObject = {}): boolean => {
  for (const _ in fields) return false;
  return true;
};

const unchanged = (body: JsonObject): JsonObject => body;

const mostOf = ({ spec }: Target): { readonly mostOutputTokens?: number } =>
  spec.mostOutputTokens === undefined ? {} : { mostOutputTokens: spec.mostOutputTokens };

/** Vendors refuse a cap above what their model can; clients of other dialects know theirs only. */
const within = (request: ChatRequest, most = Infinity): ChatRequest =>
  (request.maxOutputTokens ?? 0) > most ? { ...request, maxOutputTokens: most } : request;

/** What a deployment's config says of requests, where the caller does not. */
const withDefaults = (request: ChatRequest, defaults: JsonObject): ChatRequest => {
  if (Object.keys(defaults).length === 0) return request;
  const {
    messages: _,
    extra,
    ...fields
  } = openaiChat.readRequest({
    ...defaults,
    model: request.model,
    messages: [],
  });
  const isOwn = request.dialect === openaiChat.name;
  return { ...fields, ...request, extra: isOwn ? { ...extra, ...request.extra } : request.extra };
};

export const cannotTake = (
  deployment: string,
  [first = '', ...others]: readonly string[],
): SpillwayError => {
  const names = [first, ...others].map((name) => `\`${name}\``).join(', ');
  return new SpillwayError(
    'invalid_request',
    `The model of deployment ${deployment} does not take ${names}; leave it out, or set drop_params: true.`,
    { param: first },
  );
};
