import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LineWriter } from '#server/line-writer.ts';

let folder: string;
const open: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-lines-'));
});
afterEach(() => {
  for (const fd of open.splice(0)) closeSync(fd);
  rmSync(folder, { recursive: true });
});

const keep = (fd: number): number => {
  open.push(fd);
  return fd;
};
const leftOut = (lines: number): string[] => [String(lines), ' left out'];

describe('lines', () => {
  test('come in order, whole, without anybody asking', async () => {
    const path = join(folder, 'log');
    const writer = new LineWriter({ fd: keep(openSync(path, 'w')), limitBytes: 1e6, leftOut });
    const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i} — ${'x'.repeat(i % 50)}`);
    for (const line of lines) writer.write(line.slice(0, 6), line.slice(6));
    const all = `${lines.join('\n')}\n`;
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(all), 5_000);
  });

  test('that still wait are written when the process ends', () => {
    const path = join(folder, 'log');
    const writer = new LineWriter({ fd: keep(openSync(path, 'w')), limitBytes: 1e6, leftOut });
    writer.write('o', '', 'ne');
    writer.end();
    writer.end();
    expect(readFileSync(path, 'utf8')).toBe('one\n');
  });
});

describe.runIf(process.platform === 'linux')('a reader who is behind', () => {
  test.each([
    ['and makes us wait', 0],
    ['and lets us try again', constants.O_NONBLOCK],
  ])('%s costs lines, and is told how many', async (_, mode) => {
    const path = join(folder, 'pipe');
    spawnSync('mkfifo', [path]);
    // Both ways at once: the pipe has a reader, who does not read yet.
    const fd = keep(openSync(path, constants.O_RDWR | mode));
    const writer = new LineWriter({ fd, limitBytes: 100_000, leftOut });
    const line = 'x'.repeat(999);
    for (let i = 0; i < 1_000; i++) writer.write(line);
    let text = '';
    const reader = keep(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    const read = (): void => {
      const buffer = Buffer.alloc(65_536);
      text += buffer.toString('latin1', 0, readSync(reader, buffer));
    };
    await vi.waitFor(() => {
      read();
      expect(text).toMatch(/^\d+ left out$/m);
    }, 5_000);
    const lines = text.trimEnd().split('\n');
    const told = Number.parseInt(lines.pop() ?? '');
    expect(new Set(lines)).toEqual(new Set([line]));
    expect(told + lines.length).toBe(1_000);
  });
});
