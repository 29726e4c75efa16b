/** How far a long run has come, said now and then: a line that is rewritten in a terminal. */
const EVERY_MS = { terminal: 1000, file: 60_000 };

export const createProgress = (total: number, what: string): ((done: number) => void) => {
  const { stderr } = process;
  const everyMs = stderr.isTTY ? EVERY_MS.terminal : EVERY_MS.file;
  const began = performance.now();
  let saidMs = began;
  return (done) => {
    const now = performance.now();
    if (done < total && now - saidMs < everyMs) return;
    saidMs = now;
    const leftS = ((now - began) / done / 1000) * (total - done);
    const left = leftS < 90 ? `${leftS.toFixed(0)} s` : `${(leftS / 60).toFixed(1)} min`;
    const text = `${done} of ${total} ${what}, ${left} left`;
    stderr.write(stderr.isTTY ? `\r\x1b[K${text}${done < total ? '' : '\n'}` : `${text}\n`);
  };
};
