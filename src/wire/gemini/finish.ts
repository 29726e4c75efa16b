import type { FinishEvent, FinishReason } from '#wire/chat-event.ts';

/** What Google calls a reason → ours; what is not here is `other`. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
  OTHER: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  JAILBREAK: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
};

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  // A call of a tool is a full stop like any other.
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  other: 'MALFORMED_RESPONSE',
};

/** All of Google's words are written so. */
const WORD = /^[A-Z][A-Z_]*$/;

export const finishEvent = (
  raw: string,
  { calls, choice }: { readonly calls: boolean; readonly choice: number },
): FinishEvent => {
  const reason = Object.hasOwn(REASONS, raw) ? REASONS[raw]! : 'other';
  return {
    type: 'finish',
    reason: reason === 'stop' && calls ? 'tool-calls' : reason,
    raw,
    ...(choice > 0 && { choice }),
  };
};

/**
 * Our reason in Google's word: the vendor's own when it is one of Google's. Others shout as well, so one
 * that is not known is believed only where we have no word for it either.
 */
export const finishWord = ({ reason, raw }: Pick<FinishEvent, 'reason' | 'raw'>): string =>
  Object.hasOwn(REASONS, raw) || (reason === 'other' && WORD.test(raw)) ? raw : WORDS[reason];
