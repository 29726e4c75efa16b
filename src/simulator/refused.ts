import type { ErrorAnswer } from '#simulator/profiles/profile.ts';

/** Ends a call with the vendor's own "no". */
export class Refused extends Error {
  readonly answer: ErrorAnswer;

  constructor(answer: ErrorAnswer) {
    super(`HTTP ${answer.status}`);
    this.name = 'Refused';
    this.answer = answer;
  }
}
