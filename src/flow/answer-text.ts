import type { RunEvent } from '#flow/events.ts';

/** What a person has read so far, after one more event of a run. */
export const answerAfter = (answer: string, event: RunEvent): string => {
  if (event.type === 'answer-delta') return answer + event.text;
  return event.type === 'answer-replace' ? event.text : answer;
};

/** What a person has read in the end. */
export const answerOf = (events: readonly RunEvent[]): string => events.reduce(answerAfter, '');
