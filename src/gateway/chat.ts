import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import { choicesOf } from '#gateway/demand.ts';
import { PassThrough } from '#gateway/passage.ts';
import { passingReplies, translatedReplies } from '#gateway/reply-codecs.ts';
import type { ReplyNames } from '#gateway/reply-names.ts';
import { LinkedFiles } from '#gateway/linked-files.ts';
import { Speech, type Spoken } from '#gateway/speech.ts';
import { type StreamedReply, askStreamed } from '#gateway/streamed.ts';
import { Translation } from '#gateway/translation.ts';
import { type WholeReply, askWhole } from '#gateway/whole.ts';
import type { Target } from '#upstream/target.ts';
import type { ChatDialect } from '#wire/dialect.ts';

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
  const { model, stream } = touched;
  const { settings, clock } = deps;
  const speech = new Speech(dialect, stream, settings.params);
  const request = call.told ?? call.body;
  const namesFor = ({ spec }: Target, course: Course): ReplyNames => ({
    ...(dialect.replyId ? { id: dialect.replyId(call.id), isOwnId: true } : { id: call.id }),
    model: modelAt(spec, course),
    created: Math.floor(clock.wall() / 1000),
  });
  const spokenTo = speaking(deps, call, speech);
  if (!stream)
    return askWhole(deps, call, {
      model,
      speak: (target, course) =>
        spokenTo(target, course, (spoken) => {
          const { path, body, dropped, dialect: from, emulates } = spoken;
          if (from.name === dialect.name)
            return { path, body, dropped, codec: passingReplies(dialect) };
          const names = { ...namesFor(target, course), tools: spoken.toolNames };
          const codec = translatedReplies(from, dialect, { names, emulates, request });
          return { path, body, dropped, codec };
        }),
    });
  const includeUsage =
    touched.includeUsage || settings.alwaysIncludeUsage || call.pass?.alwaysUsage === true;
  return askStreamed(deps, call, {
    model,
    includeUsage,
    speak: (target, course) =>
      spokenTo(target, course, (spoken) => {
        const { dialect: from, emulates } = spoken;
        const { eventBytes } = settings.limits;
        if (from.name === dialect.name)
          return { ...spoken, passage: new PassThrough(dialect, eventBytes) };
        const names = { ...namesFor(target, course), tools: spoken.toolNames };
        const choices = choicesOf(course.asked);
        const how = { eventBytes, choices, includeUsage, names, emulates, request };
        return { ...spoken, passage: new Translation({ from, to: dialect, ...how }) };
      }),
  });
};

type Speaking = <Told>(
  target: Target,
  course: Course,
  told: (spoken: Spoken) => Told,
) => Told | Promise<Told>;

/** What is said to a deployment: at once, unless it takes files as bytes that have to be fetched first. */
const speaking = (deps: GatewayDeps, call: GatewayCall, speech: Speech): Speaking => {
  const { fetchFile } = deps;
  if (!fetchFile) return (target, course, told) => told(speech.to(speech.at(target, course)));
  let files: LinkedFiles | undefined;
  return (target, course, told) => {
    const place = speech.at(target, course);
    const wanted = speech.wants(place);
    if (wanted.length === 0) return told(speech.to(place));
    const linked = (files ??= new LinkedFiles(deps, fetchFile, call));
    return linked.fetch(wanted).then(() => told(speech.to(place, linked.found)));
  };
};
