import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it, test } from 'vitest';
import { Doorman } from '#server/doorman.ts';
import { mostConnections } from '#server/file-limit.ts';

const from = (remoteAddress: string): Socket =>
  Object.assign(new EventEmitter(), { remoteAddress }) as unknown as Socket;

it('lets in as many as there are places, and others as soon as one has left', () => {
  const doorman = new Doorman({ most: 3, mostPerAddress: 2 });
  const [a, b] = [from('a'), from('a')];
  expect([doorman.enters(a), doorman.enters(b)]).toEqual([undefined, undefined]);
  const third = from('a');
  expect(doorman.enters(third)?.message).toContain('2 connections come from this address');
  expect(doorman.hasTurnedAway(third)).toBe(true);
  expect(doorman.enters(from('b'))).toBeUndefined();
  expect(doorman.enters(from('c'))).toMatchObject({ code: 'unavailable', status: 503 });
  // Who was turned away frees nothing.
  third.emit('close');
  expect(doorman.enters(from('c'))).toBeDefined();
  a.emit('close');
  expect(doorman.enters(from('a'))).toBeUndefined();
  expect(doorman.hasTurnedAway(a)).toBe(false);
});

test.each([
  [1024, 512],
  [300, 100],
  [100, 1],
  [1_000_000, 500_000],
])('of %i files clients may have %i connections', (files, most) => {
  expect(mostConnections(files)).toBe(most);
});
