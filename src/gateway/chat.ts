import type { JsonObject } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import { choicesOf } from '#gateway/demand.ts';
import { PassThrough } from '#gateway/passage.ts';
import { passingReplies, translatedReplies } from '#gateway/reply-codecs.ts';
import type { ReplyNames } from '#gateway/reply-names.ts';
import { LinkedFiles } from '#gateway/linked-files.ts';
import { type Place, Speech, type Spoken } from '#gateway/speech.ts';
import {
  type StreamedOptions,
  type StreamedReply,
  type StreamedSpoken,
  askStreamed,
} from '#gateway/streamed.ts';
import { Translation } from '#gateway/translation.ts';
import { type WholeOptions, type WholeReply, type WholeSpoken, askWhole } from '#gateway/whole.ts';
import type { Target } from '#upstream/target.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import type { LinkedPart } from '#wire/linked-parts.ts';

export type ChatReply = WholeReply | StreamedReply;

/**
 * The spine: a chat request in the caller's dialect in, a reply in the same one out; no HTTP in it.
 * Throws a SpillwayError, or rejects with one, as long as nothing has begun; a stream that breaks off
 * later says so to its sink.
 */
export const chat = (
  deps: GatewayDeps,
  call: GatewayCall,
  dialect: ChatDialect,
): Promise<ChatReply> => {
  const touched = dialect.touchRequest(call.body);
  const { settings } = deps;
  const voice = new Voice(deps, call, new Speech(dialect, touched.stream, settings.params));
  const of = { deps, call, dialect, voice };
  if (!touched.stream) return askWhole(deps, call, new WholeChat(touched.model, of));
  const includeUsage =
    touched.includeUsage || settings.alwaysIncludeUsage || call.pass?.alwaysUsage === true;
  return askStreamed(deps, call, new StreamedChat(touched.model, includeUsage, of));
};

interface Chatting {
  readonly deps: GatewayDeps;
  readonly call: GatewayCall;
  /** The caller's. */
  readonly dialect: ChatDialect;
  readonly voice: Voice;
}

/** What a request is to its deployments. Classes, whose functions are there before any request. */
class WholeChat implements WholeOptions, Hears<WholeSpoken> {
  readonly model: string;
  readonly #of: Chatting;

  constructor(model: string, of: Chatting) {
    this.model = model;
    this.#of = of;
  }

  speak(target: Target, course: Course): WholeSpoken | Promise<WholeSpoken> {
    return this.#of.voice.say(target, course, this);
  }

  said(spoken: Spoken, { target, course }: Place): WholeSpoken {
    const { path, body, dropped, dialect: from, emulates } = spoken;
    const { dialect } = this.#of;
    if (from.name === dialect.name) return { path, body, dropped, codec: passingReplies(dialect) };
    const names = { ...namesFor(this.#of, target, course), tools: spoken.toolNames };
    const request = requestOf(this.#of);
    const codec = translatedReplies(from, dialect, { names, emulates, request });
    return { path, body, dropped, codec };
  }
}

class StreamedChat implements StreamedOptions, Hears<StreamedSpoken> {
  readonly model: string;
  readonly includeUsage: boolean;
  readonly #of: Chatting;

  constructor(model: string, includeUsage: boolean, of: Chatting) {
    this.model = model;
    this.includeUsage = includeUsage;
    this.#of = of;
  }

  speak(target: Target, course: Course): StreamedSpoken | Promise<StreamedSpoken> {
    return this.#of.voice.say(target, course, this);
  }

  said(spoken: Spoken, { target, course }: Place): StreamedSpoken {
    const { dialect: from, emulates } = spoken;
    const { deps, dialect } = this.#of;
    const { includeUsage } = this;
    const { eventBytes } = deps.settings.limits;
    if (from.name === dialect.name)
      return { ...spoken, passage: new PassThrough(dialect, eventBytes) };
    const names = { ...namesFor(this.#of, target, course), tools: spoken.toolNames };
    const choices = choicesOf(course.asked);
    const request = requestOf(this.#of);
    const how = { eventBytes, choices, includeUsage, names, emulates, request };
    return { ...spoken, passage: new Translation({ from, to: dialect, ...how }) };
  }
}

/** What the caller asked for. */
const requestOf = ({ call }: Chatting): JsonObject => call.told ?? call.body;

const namesFor = (
  { deps, call, dialect }: Chatting,
  { spec }: Target,
  course: Course,
): ReplyNames => ({
  ...(dialect.replyId ? { id: dialect.replyId(call.id), isOwnId: true } : { id: call.id }),
  model: modelAt(spec, course),
  created: Math.floor(deps.clock.wall() / 1000),
});

interface Hears<Told> {
  /** What becomes of what is said to a deployment. */
  said(spoken: Spoken, place: Place): Told;
}

interface Late<Told> {
  readonly place: Place;
  readonly files: LinkedFiles;
  readonly who: Hears<Told>;
}

/** What is said to a deployment: at once, unless it takes files as bytes that have to be fetched first. */
class Voice {
  readonly #deps: GatewayDeps;
  readonly #call: GatewayCall;
  readonly #speech: Speech;
  #files: LinkedFiles | undefined;

  constructor(deps: GatewayDeps, call: GatewayCall, speech: Speech) {
    this.#deps = deps;
    this.#call = call;
    this.#speech = speech;
  }

  say<Told>(target: Target, course: Course, who: Hears<Told>): Told | Promise<Told> {
    const { fetchFile } = this.#deps;
    const place = this.#speech.at(target, course);
    const wanted = fetchFile && this.#speech.wants(place);
    if (!wanted || wanted.length === 0) return who.said(this.#speech.to(place), place);
    const files = (this.#files ??= new LinkedFiles(this.#deps, fetchFile, this.#call));
    return this.#late(wanted, { place, files, who });
  }

  async #late<Told>(
    wanted: readonly LinkedPart[],
    { place, files, who }: Late<Told>,
  ): Promise<Told> {
    await files.fetch(wanted);
    return who.said(this.#speech.to(place, files.found), place);
  }
}
