import { type JsonObject, isObject } from '#core/json.ts';
import type { ChatMessage, ChatRequest } from '#wire/chat-request.ts';
import { bad } from '#wire/check.ts';
import { Calls } from '#wire/gemini/calls.ts';
import { field, list, present, setting, textIn, without } from '#wire/gemini/fields.ts';
import { NAME } from '#wire/gemini/name.ts';
import { readContent } from '#wire/gemini/read-content.ts';
import { candidateCount, generationConfig, touchRequest } from '#wire/gemini/request.ts';
import { readThinking } from '#wire/gemini/thinking.ts';
import { readFormat, readToolConfig, readTools } from '#wire/gemini/tools.ts';

const KNOWN = [
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
];

/** Of the generation config. */
const CONFIG_KNOWN = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'candidateCount',
  'responseLogprobs',
  'logprobs',
  'thinkingConfig',
];

const FORMAT_FIELDS = ['responseMimeType', 'responseSchema', 'responseJsonSchema'];

export const readRequest = (body: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(body);
  const config = generationConfig(body);
  const { choice, whole } = readToolConfig(body);
  const format = readFormat(config);
  const tier = textIn(body, 'serviceTier');
  const known = format ? [...CONFIG_KNOWN, ...FORMAT_FIELDS] : CONFIG_KNOWN;
  const rest = without(config, known);
  const toolConfig = whole ? undefined : field(body, 'toolConfig');
  return {
    model,
    messages: readMessages(body),
    stream,
    includeUsage,
    ...samplingOf(config),
    ...present({
      tools: readTools(body),
      toolChoice: choice,
      format,
      reasoning: readThinking(config),
      serviceTier: tier && (TIERS[tier.toLowerCase()] ?? tier),
    }),
    dialect: NAME,
    extra: {
      ...without(body, KNOWN),
      ...(toolConfig !== undefined && { toolConfig }),
      ...(Object.keys(rest).length > 0 && { generationConfig: rest }),
    },
  };
};

const readMessages = (body: JsonObject): ChatMessage[] => {
  const calls = new Calls();
  const said = field(body, 'systemInstruction');
  const contents = (list(body, 'contents', 'contents') ?? []).filter(isObject);
  const messages = contents.map((content, i) =>
    readContent(content, { param: `contents.${i}`, calls }),
  );
  if (said === undefined) return messages;
  // Older clients write a plain text.
  const instruction = typeof said === 'string' ? { parts: [{ text: said }] } : said;
  if (!isObject(instruction)) return bad('systemInstruction', 'an object', said);
  const at = { param: 'systemInstruction', calls, role: 'system' } as const;
  return [readContent(instruction, at), ...messages];
};

const samplingOf = (config: JsonObject): Partial<ChatRequest> =>
  present({
    maxOutputTokens: setting(config, 'maxOutputTokens'),
    temperature: setting(config, 'temperature'),
    topP: setting(config, 'topP'),
    topK: setting(config, 'topK'),
    stop: stopOf(config),
    seed: setting(config, 'seed'),
    presencePenalty: setting(config, 'presencePenalty'),
    frequencyPenalty: setting(config, 'frequencyPenalty'),
    choices: candidateCount({ generationConfig: config }),
    logprobs: logprobsOf(config),
  });

const stopOf = (config: JsonObject): string[] | undefined => {
  const param = 'generationConfig.stopSequences';
  return list(config, 'stopSequences', param)?.map((each, i) =>
    typeof each === 'string' ? each : bad(`${param}.${i}`, 'a text', each),
  );
};

const logprobsOf = (config: JsonObject): ChatRequest['logprobs'] => {
  if (field(config, 'responseLogprobs') !== true) return undefined;
  return present({ top: setting(config, 'logprobs') });
};

/** OpenAI's word for each of Google's. */
const TIERS: Readonly<Record<string, string>> = { standard: 'default' };
