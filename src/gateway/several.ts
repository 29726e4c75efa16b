import type { ReplyCodec, WholeAnswer, WholeResult } from '#gateway/whole-exchange.ts';
import type { CallControl } from '#upstream/call.ts';

/** One request that its vendor takes in several calls only. */
export interface Several {
  /** JSON. */
  readonly bodies: readonly string[];
  /** How the answer to one of them is read, and kept. */
  readonly codecFor: (i: number) => ReplyCodec;
  /** What all answers come to, once they are there. */
  readonly joined: () => WholeAnswer;
}

export type Settle = (result: WholeResult) => void;

/** Calls of one request that are under way at once. */
const MOST_AT_ONCE = 8;

/**
 * Makes the calls, a few at a time, and settles once: with what they come to together, or with the first
 * failure, which cuts the others off. `send` makes one of them.
 */
export const sendSeveral = (
  { bodies, joined }: Several,
  send: (i: number, settle: Settle) => CallControl,
  settle: Settle,
): void => {
  const underWay = new Set<CallControl>();
  let [next, open] = [0, bodies.length];
  let isOver = false;
  const end: Settle = (result) => {
    isOver = true;
    for (const control of underWay) control.abandon();
    settle(result);
  };
  const start = (): void => {
    if (isOver || next >= bodies.length) return;
    let control: CallControl | undefined;
    let isSettled = false;
    control = send(next++, (result) => {
      isSettled = true;
      if (control) underWay.delete(control);
      if (isOver) return;
      if ('failure' in result) return end(result);
      open--;
      if (open === 0) return end({ answer: joined() });
      start();
    });
    if (!isSettled) underWay.add(control);
  };
  for (let i = 0; i < MOST_AT_ONCE; i++) start();
};
