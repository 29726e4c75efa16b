/** A template that asks for too much. */
export class TooMuchError extends Error {}

/** So many signs are one step. */
const SIGNS_A_STEP = 6;

const STEPS_A_VALUE = 6;

/** One template is rendered at a time, from its beginning to its end: what it may still do, in steps. */
let left = 0;

/** Before a template is rendered. */
export const refuel = (steps: number): void => {
  left = steps;
};

/** Throws TooMuchError when there is nothing left, or for no number. */
export const spend = (steps = 1): void => {
  left -= steps;
  if (!(left >= 0)) throw new TooMuchError();
};

/** Before so many values are made, or kept: they cost by their memory. */
export const spendValues = (count: number): void => spend(STEPS_A_VALUE * count);

/** Before a text of so many signs is made, or gone through. */
export const spendText = (signs: number): void => spend(1 + Math.ceil(signs / SIGNS_A_STEP));
