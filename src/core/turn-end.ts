type Task = () => void;

/**
 * The steps of a request that are left for the end of a turn, in the order in which they are done there. One
 * may lead to a later one of the same turn, never to an earlier: what leads back is done in the next turn.
 */
const STEPS = [
  /** What has been answered is read. */
  'settle',
  /** Those who have waited go before those who have come. What is written down before is asked for before. */
  'answer',
  /** What has been asked is taken up. */
  'begin',
  /** Others are asked. */
  'send',
  /** What takes long: nobody who can be answered waits for it. */
  'labour',
] as const;
export type Step = (typeof STEPS)[number];

/** Those whose tasks settle promises. */
const LEADING: ReadonlySet<Step> = new Set(['settle', 'begin', 'labour']);

/**
 * When so many are left they are not left for longer, so that the first does not wait until a thousand others
 * have come.
 */
const MOST = 256;

const left: Record<Step, Task[]> = { settle: [], answer: [], begin: [], send: [], labour: [] };
/** How many have been asked for since the turn began. */
let count = 0;
/** The step that is being done; undefined where none is. */
let place: number | undefined;

/**
 * Does something once all that has come in this turn of the event loop has been heard, or much of it: those of
 * one step together, in the order in which they were asked for, and what their promises lead to before the
 * next step is begun.
 *
 * A step that is done for many one after the other finds its code in the processor's nearest caches, which
 * hold no whole request's: with 32 under way each costs a quarter less than with every step done as it comes
 * (cohort scheduling, Larus and Parkes 2002). And a process that sleeps is woken by the first thing that it is
 * told and hears the rest awake, where each of them alone would wake it again: of a request's time in the
 * kernel that is a half.
 */
export const atTurnEnd = (step: Step, task: Task): void => {
  left[step].push(task);
  if (place !== undefined) return;
  count++;
  if (count === 1) setImmediate(begin);
  else if (count === MOST) process.nextTick(begin);
};

const begin = (): void => {
  // What it was asked for has been done early, because there was so much.
  if (count === 0) return;
  count = 0;
  place = 0;
  goOn();
};

const goOn = (): void => {
  while (place !== undefined) {
    const step = STEPS[place++];
    if (step === undefined) break;
    if (left[step].length > 0 && doAll(step) === 'leads on') return;
  }
  place = undefined;
  if (STEPS.every((step) => left[step].length === 0)) return;
  count = 1;
  setImmediate(begin);
};

/** Whether the next step is to wait for what their promises lead to. */
const doAll = (step: Step): 'leads on' | 'is over' => {
  const tasks = left[step];
  left[step] = [];
  let done = 0;
  let waits = true;
  try {
    while (done < tasks.length) tasks[done++]!();
    waits = LEADING.has(step);
  } finally {
    // One that throws takes nobody with it.
    if (done < tasks.length) left[step] = [...tasks.slice(done), ...left[step]];
    if (waits) void DONE.then(afterwards);
  }
  return waits ? 'leads on' : 'is over';
};

const DONE = Promise.resolve();

/** A tick comes when nothing is left of what promises lead to. */
const afterwards = (): void => process.nextTick(goOn);
