import { SpillwayError } from '#core/errors.ts';
import { own } from '#core/json.ts';
import type { Random } from '#core/random.ts';
import {
  type Answer,
  type Manner,
  stepCount,
  streamSteps,
  tokensWithin,
  wholeReply,
} from '#simulator/answer/reply.ts';
import { composeChoice } from '#simulator/answer/answer.ts';
import type { Spoken } from '#simulator/dialects.ts';
import { drawId, drawLognormal } from '#simulator/draw.ts';
import type { CallSize } from '#simulator/charging.ts';
import type { Head } from '#simulator/faults/effect.ts';
import { framingOf } from '#simulator/framing.ts';
import { invalidParameter, missingParameter, unknownPrevious } from '#simulator/complaints.ts';
import type { ModelCall } from '#simulator/model-call.ts';
import { type Pace, drawPace, dueMs, tokensDue } from '#simulator/pace.ts';
import { promptSize, promptTokens } from '#simulator/prompt.ts';
import { Refused } from '#simulator/refused.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

const MOST_CHOICES = 128;
/** Tokens of one choice; more would be megabytes. */
const LONGEST_ANSWER = 100_000;

/** A question to a model, whole or streamed, in the dialect of its place. Throws Refused. */
export const serveChat = async (call: ModelCall, spoken: Spoken): Promise<void> => {
  const { dialect, ids } = spoken;
  const model = call.model();
  const request = readRequest(call, spoken);
  if (spoken.keepsAnswers) checkPrevious(call);
  const size = sizeOf(call, request, model);
  call.charge(model, size);
  const { random, clock, latency, answerTokens } = call.world;
  const tokens = answerTokens && Math.min(LONGEST_ANSWER, drawLognormal(answerTokens, random));
  const speaker = { project: call.project.id, random, tokens, callPrefix: ids.call };
  const answer: Answer = {
    id: drawId(ids.answer, 29, random),
    model,
    created: Math.floor(clock.wall() / 1000),
    choices: Array.from({ length: size.choices }, () => composeChoice(request, speaker)),
    thought: tellsThoughts(request, spoken) ? thoughtOn(request, random) : undefined,
    inputTokens: size.promptTokens,
    ...(call.project.cache && { cachedTokens: size.cachedTokens }),
  };
  const manner = { dialect, request: call.body };
  if (spoken.keepsAnswers && own(call.body, 'store') !== false)
    call.project.responses.add(call.body, wholeReply(answer, manner));
  const pace = drawPace(latency, size.promptTokens, random);
  if (request.stream)
    await streamAnswer(call, answer, { ...manner, pace, includeUsage: request.includeUsage });
  else await sendAnswer(call, answer, { ...manner, pace });
};

/** Other projects' responses are none that it knows. */
const checkPrevious = ({ body, project }: ModelCall): void => {
  const previous = own(body, 'previous_response_id');
  if (typeof previous === 'string' && !project.responses.get(previous))
    throw new Refused(unknownPrevious(previous.slice(0, 100)));
};

const tellsThoughts = (request: ChatRequest, { tellsThoughts: tells = false }: Spoken): boolean =>
  typeof tells === 'function' ? tells(request) : tells;

const SEAL_CHARACTERS = 80;

/** Undefined where nobody has asked it to think. */
const thoughtOn = ({ reasoning }: ChatRequest, random: Random): Answer['thought'] => {
  const isOff = !reasoning || reasoning.budgetTokens === 0 || reasoning.effort === 'none';
  if (isOff) return undefined;
  const text = reasoning.summary === 'none' ? '' : 'The simulator thinks before it speaks.';
  return { text, signature: drawId('', SEAL_CHARACTERS, random) };
};

export const readRequest = (
  { body }: ModelCall,
  { dialect, demands }: Pick<Spoken, 'dialect' | 'demands'>,
): ChatRequest => {
  const missing = demands.find((field) => own(body, field) === undefined);
  if (missing !== undefined) throw new Refused(missingParameter(missing));
  try {
    const request = dialect.readRequest(body);
    const { maxOutputTokens, messages } = request;
    if (messages.length === 0) throw invalid('`messages` must not be empty.', 'messages');
    if (maxOutputTokens === 0) {
      const param =
        own(body, 'max_completion_tokens') === 0 ? 'max_completion_tokens' : 'max_tokens';
      throw invalid(`\`${param}\` must be at least 1.`, param);
    }
    return request;
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError)) throw thrown;
    throw new Refused(invalidParameter(thrown.message, thrown.param));
  }
};

const invalid = (message: string, param: string): SpillwayError =>
  new SpillwayError('invalid_request', message, { param });

const choiceCount = ({ choices = 1 }: ChatRequest): number => {
  if (choices <= MOST_CHOICES) return choices;
  throw new Refused(invalidParameter(`\`n\` must be from 1 to ${MOST_CHOICES}.`, 'n'));
};

const sizeOf = (call: ModelCall, request: ChatRequest, model: string): CallSize => {
  const { messages, maxOutputTokens } = request;
  const { characters, images } = promptSize(messages);
  const nowMs = call.world.clock.now();
  return {
    characters,
    otherTokens: images * call.profile.imageTokens,
    promptTokens: promptTokens(messages),
    cachedTokens: call.project.cache?.use(messages, { model, nowMs }) ?? 0,
    choices: choiceCount(request),
    maxOutputTokens,
  };
};

const sendAnswer = async (
  call: ModelCall,
  answer: Answer,
  { pace, ...manner }: Manner & { pace: Pace },
): Promise<void> => {
  const { exchange } = call;
  const steps = stepCount(answer);
  const complete = await exchange.until(dueMs(pace, steps - 1));
  const made = complete ? steps : tokensDue(pace, exchange.elapsedMs, steps);
  logEnd(call, answer, { complete, steps: made });
  if (complete) await exchange.sendJson(200, call.headers(), wholeReply(answer, manner));
};

const streamAnswer = async (
  call: ModelCall,
  answer: Answer,
  said: Manner & { pace: Pace; includeUsage: boolean },
): Promise<void> => {
  const { exchange } = call;
  const { pace, dialect } = said;
  const { inputTokens } = answer;
  const framing = framingOf(dialect);
  const steps = stepCount(answer);
  let [step, index] = [0, 0];
  for (const frames of streamSteps(answer, said)) {
    if (!(await exchange.until(dueMs(pace, step)))) break;
    if (step === 0 && !(await exchange.open(headOf(call, framing.contentType)))) break;
    step++;
    if (step === steps) logEnd(call, answer, { complete: true, steps });
    const outputTokens = tokensWithin(answer, step);
    const placed = frames.map(({ data, event }) => {
      const frame = (changed: string): string | Buffer =>
        framing.write({ data: changed, ...(event !== undefined && { event }) });
      return { data, place: { index: index++, inputTokens, outputTokens, frame } };
    });
    if (!(await exchange.writeEvents(placed))) break;
  }
  if (step < steps) logEnd(call, answer, { complete: false, steps: step });
  exchange.end();
};

const headOf = (call: ModelCall, contentType: string): Head => ({
  status: 200,
  headers: {
    ...call.headers(),
    'content-type': contentType,
    'cache-control': 'no-cache',
  },
});

const logEnd = (
  call: ModelCall,
  answer: Answer,
  { complete, steps }: { complete: boolean; steps: number },
): void =>
  call.end({
    status: complete || call.exchange.effect ? 200 : CLIENT_LEFT,
    inputTokens: answer.inputTokens,
    outputTokens: tokensWithin(answer, steps),
  });

const CLIENT_LEFT = 499;
