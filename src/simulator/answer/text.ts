import type { Random } from '#core/random.ts';
import type { ChatMessage } from '#wire/chat-request.ts';
import { textOf } from '#simulator/prompt.ts';

const ECHO_CHARACTERS = 60;
/** Enough of a long prompt to cut an echo from. */
const ECHO_SOURCE = 400;
const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/;

/** The sentences of one language. */
interface Voice {
  readonly greet: (model: string, project: string) => string;
  readonly asked: (echo: string) => string;
  readonly told: (echo: string) => string;
  readonly silent: string;
  readonly closings: readonly string[];
  readonly separator: string;
}

const ENGLISH_VOICE: Voice = {
  greet: (model, project) => `This is ${model} in ${project}.`,
  asked: (echo) => `You asked: “${echo}”.`,
  told: (echo) => `The tool returned: “${echo}”.`,
  silent: 'You sent no question.',
  closings: [
    'The simulator wrote this answer: no model ran and nothing was billed.',
    'A real model would answer here; the simulator keeps its pace, its limits and its headers.',
    'These words are simulated, the limits are not: once the bucket is empty you will get a 429.',
    'Ask again and another sentence may stand here, because the simulator draws it at random.',
  ],
  separator: ' ',
};

const JAPANESE_VOICE: Voice = {
  greet: (model, project) => `${project} の ${model} です。`,
  asked: (echo) => `ご質問は「${echo}」ですね。`,
  told: (echo) => `ツールの結果は「${echo}」でした。`,
  silent: '質問がありませんでした。',
  closings: [
    'これはシミュレーターが書いた回答で、モデルは動いておらず、料金もかかりません。',
    '本物のモデルと同じ速さで言葉が届き、レート制限とヘッダーも同じように返ります。',
    '言葉は模擬ですが制限は本物と同じで、バケットが空になると 429 が返ります。',
    'もう一度聞くと、この文はくじ引きで別の文に変わることがあります。',
  ],
  separator: '',
};

/** A short answer that names who speaks and echoes what was asked, in English or Japanese. */
export const answerText = (
  messages: readonly ChatMessage[],
  { model, project, random }: { model: string; project: string; random: Random },
): string => {
  const last = messages.findLast(({ role }) => role === 'user');
  const echo = last === undefined ? '' : excerpt(textOf(last));
  const voice = JAPANESE.test(echo) ? JAPANESE_VOICE : ENGLISH_VOICE;
  const isTold = last?.parts.some(({ kind }) => kind === 'tool-result');
  const heard = isTold ? voice.told(echo) : voice.asked(echo);
  return [
    voice.greet(model, project),
    echo === '' ? voice.silent : heard,
    ...closings(voice, random),
  ].join(voice.separator);
};

/** One to three different ones, so that answers differ in length as a model's do. */
const closings = ({ closings: all }: Voice, random: Random): string[] => {
  const first = Math.floor(random() * all.length);
  const count = 1 + Math.floor(random() * 3);
  return [...all.slice(first), ...all.slice(0, first)].slice(0, count);
};

const excerpt = (text: string): string => {
  const line = text.slice(0, ECHO_SOURCE).replaceAll(/\s+/g, ' ').trim();
  // A cut may not leave half of a surrogate pair behind.
  const cut = line.slice(0, ECHO_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
  return line.length > ECHO_CHARACTERS ? `${cut}…` : cut;
};
