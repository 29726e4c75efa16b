import { type Clock, sleep } from '#core/clock.ts';

/** Where keys come from, as a terminal has it. */
export interface KeyInput {
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (keys: Buffer) => void): unknown;
  off(event: 'data', listener: (keys: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface ScreenOutput {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

export interface Frames {
  readonly input: KeyInput;
  readonly output: ScreenOutput;
  readonly clock: Clock;
  readonly everyMs: number;
  /** The next picture, no wider and no longer than it may be. Must not reject. */
  draw(
    size: { readonly columns: number; readonly rows: number },
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}

/** A screen of its own, without a cursor, and back to what there was. */
const OPEN = '\u001b[?1049h\u001b[?25l';
const CLOSE = '\u001b[?25h\u001b[?1049l';
/** Drawn over what is there, so that nothing flickers; the rest of each line and below is cleared. */
const picture = (lines: readonly string[]): string =>
  `\u001b[H${lines.join('\u001b[K\r\n')}\u001b[K\u001b[J`;

/** `q`, Ctrl-C, Ctrl-D: in raw mode Ctrl-C is a key like any other. */
const ENDS: readonly string[] = ['q', 'Q', '\u0003', '\u0004'];

/** Draws a picture again and again until somebody ends it; leaves the terminal as it was. */
export const showFrames = async (frames: Frames): Promise<void> => {
  const { input, output, clock, everyMs } = frames;
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const onKeys = (keys: Buffer): void => {
    const pressed = keys.toString('latin1');
    if (ENDS.some((key) => pressed.includes(key))) end();
  };
  const over = new Promise<void>((resolve) =>
    ended.signal.addEventListener('abort', () => resolve()),
  );
  input.setRawMode(true);
  input.on('data', onKeys);
  input.resume();
  for (const signal of SIGNALS) process.once(signal, end);
  output.write(OPEN);
  try {
    while (!ended.signal.aborted) {
      const { columns, rows } = output;
      const lines = await Promise.race([frames.draw({ columns, rows }, ended.signal), over]);
      if (!lines) break;
      output.write(picture(lines));
      await sleep(clock, everyMs, ended.signal).catch(() => {});
    }
  } finally {
    output.write(CLOSE);
    for (const signal of SIGNALS) process.off(signal, end);
    input.off('data', onKeys);
    input.setRawMode(false);
    input.pause();
  }
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
