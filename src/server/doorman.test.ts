import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it, test } from 'vitest';
import { Doorman } from '#server/doorman.ts';
import { doorOf, mostConnections } from '#server/file-limit.ts';

const from = (remoteAddress: string): Socket =>
  Object.assign(new EventEmitter(), { remoteAddress }) as unknown as Socket;

it('lets in as many as there are places, and others as soon as one has left', () => {
  const doorman = new Doorman({ most: 3, mostPerAddress: 2, mostLeaving: 1 });
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

it('waits for a few of those turned away to close by themselves, and not for all', () => {
  const doorman = new Doorman({ most: 0, mostPerAddress: 1, mostLeaving: 2 });
  const away = ['a', 'b', 'c'].map(from);
  const patience = away.map((socket) => doorman.enters(socket) && doorman.hasPatience);
  expect(patience).toEqual([true, true, false]);
  away[0]!.emit('close');
  expect(doorman.hasPatience).toBe(true);
});

test.each([
  [1024, 512],
  [300, 100],
  [100, 1],
  [1_000_000, 500_000],
])('of %i files clients may have %i connections', (files, most) => {
  expect(mostConnections(files)).toBe(most);
});

test.each([
  [1024, undefined, 312],
  [300, undefined, 20],
  [1024, 800, 24],
  [1024, 2000, 20],
])('of %i files, where clients may have %s connections, those who leave have %i', (...numbers) => {
  const [files, connections, mostLeaving] = numbers;
  const limits = { connectionsPerAddress: 1, ...(connections && { connections }) };
  expect(doorOf(limits, files)).toMatchObject({ mostLeaving });
});
