type Task = () => void;

/**
 * When so many are left they are not left for longer: with a hundred, what they need has gone from the
 * processor's nearest cache by then, and a request costs a tenth more. With 16 nothing is gained: peers are
 * woken more often.
 */
const MOST = 24;

let tasks: Task[] = [];

/** Does at once what is left for the end of the turn: for whoever has work to do that takes long. */
export const endTurn = (): void => {
  const all = tasks;
  tasks = [];
  let done = 0;
  try {
    while (done < all.length) all[done++]!();
  } finally {
    // One that throws takes nobody with it.
    for (const left of all.slice(done)) atTurnEnd(left);
  }
};

/**
 * Does something once all that has come in this turn of the event loop has been heard, or much of it, in
 * the order in which it was asked for. What is said to others belongs there: a process that sleeps is woken
 * by the first thing that it is told and hears the rest awake, where each of them alone would wake it again.
 * Of a request's time in the kernel that is a half.
 */
export const atTurnEnd = (task: Task): void => {
  const count = tasks.push(task);
  if (count === 1) setImmediate(endTurn);
  else if (count === MOST) process.nextTick(endTurn);
};
