/** Runs tasks one after another, in the order in which they come; one that fails holds nobody up. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>;

export const createTurns = (): Turns => {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(task);
    last = turn.catch(() => {});
    return turn;
  };
};
