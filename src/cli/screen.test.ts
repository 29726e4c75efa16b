import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { showFrames } from '#cli/screen.ts';
import { VirtualClock } from '#core/virtual-clock.ts';

class Keys extends EventEmitter {
  readonly did: string[] = [];
  setRawMode(raw: boolean): void {
    this.did.push(`raw ${raw}`);
  }
  resume(): void {
    this.did.push('resume');
  }
  pause(): void {
    this.did.push('pause');
  }
}

const start = (draw?: () => Promise<readonly string[]>) => {
  const clock = new VirtualClock();
  const input = new Keys();
  let written = '';
  let count = 0;
  const output = {
    columns: 80,
    rows: 24,
    write: (text: string): void => void (written += text),
  };
  const sizes: object[] = [];
  const over = showFrames({
    input,
    output,
    clock,
    everyMs: 1000,
    draw: async (size) => {
      sizes.push(size);
      return draw?.() ?? [`frame ${++count}`, 'below'];
    },
  });
  return { clock, input, output, sizes, over, written: () => written };
};

describe('showFrames', () => {
  it('draws one picture over the other, each second, as large as the terminal is', async () => {
    const { clock, input, output, sizes, over, written } = start();
    await clock.advance(0);
    expect(written()).toBe(
      '\u001b[?1049h\u001b[?25l\u001b[Hframe 1\u001b[K\r\nbelow\u001b[K\u001b[J',
    );
    output.columns = 40;
    await clock.advance(1_000);
    expect(written()).toContain('\u001b[Hframe 2');
    expect(sizes).toEqual([
      { columns: 80, rows: 24 },
      { columns: 40, rows: 24 },
    ]);
    input.emit('data', Buffer.from('x'));
    await clock.advance(1_000);
    expect(written()).toContain('frame 3');
    input.emit('data', Buffer.from('q'));
    await over;
  });

  it.each(['q', 'Q', '\u0003', 'xq'])(
    'ends at once with %j, and leaves all as it was',
    async (key) => {
      const { clock, input, over, written } = start();
      await clock.advance(0);
      input.emit('data', Buffer.from(key));
      await over;
      expect(written().endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
      expect(input.did).toEqual(['raw true', 'resume', 'raw false', 'pause']);
      expect(input.listenerCount('data')).toBe(0);
    },
  );

  it('ends while a picture is still awaited', async () => {
    const { input, over, written } = start(() => new Promise(() => {}));
    input.emit('data', Buffer.from('q'));
    await over;
    expect(written()).toBe('\u001b[?1049h\u001b[?25l\u001b[?25h\u001b[?1049l');
  });
});
