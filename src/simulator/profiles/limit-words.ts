import type { Refusal } from '#simulator/admission.ts';
import { goDuration } from '#simulator/go-duration.ts';
import { DAY_MS, type Limit, MINUTE_MS } from '#simulator/limit.ts';

export const COUNTED = {
  requests: 'requests',
  tokens: 'tokens',
  input: 'input tokens',
  output: 'output tokens',
} as const;

const LETTERS = { requests: 'R', tokens: 'T', input: 'IT', output: 'OT' } as const;

/** `tokens per min (TPM)`; `minute` is the vendor's word. Other windows are told in seconds. */
export const limitName = ({ dimension, windowMs }: Limit, minute: string): string => {
  const counted = COUNTED[dimension];
  if (windowMs === MINUTE_MS) return `${counted} per ${minute} (${LETTERS[dimension]}PM)`;
  if (windowMs === DAY_MS) return `${counted} per day (${LETTERS[dimension]}PD)`;
  return `${counted} per ${windowMs / 1000} s`;
};

/** The three numbers and the wait, by which a reader can tell the level to the token. */
export const limitNumbers = ({ limit, used, requested, waitMs }: Refusal): string =>
  `Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${goDuration(waitMs)}.`;
