import { expect, it } from 'vitest';
import { Ledger } from '#ledger/ledger.ts';
import { Cashier } from '#keys/cashier.ts';
import type { Directory } from '#keys/directory.ts';
import type { Pass, Payer } from '#keys/pass.ts';
import { PurseBook } from '#keys/purse.ts';
import { Windows } from '#keys/windows.ts';

const DAY_MS = 86_400_000;
const DOLLAR_NANOS = 1e9;
const MIDNIGHT_MS = Date.UTC(2026, 0, 2);

const world = () => {
  const purses = new PurseBook();
  let wallMs = MIDNIGHT_MS + 1_000;
  const own: readonly Payer[] = [
    { kind: 'deployment', id: 'PJ1', label: 'PJ1', maxDollars: 10, duration: '1d' },
    { kind: 'provider', id: 'v', label: 'v', maxDollars: 1_000 },
  ];
  const cashier = new Cashier({
    purses,
    windows: new Windows('UTC'),
    ledger: new Ledger(),
    directory: { customers: new Map() } as unknown as Directory,
    groups: () => [],
    tokenKind: 'total',
    endUserDefault: () => undefined,
    everybody: {},
    upstream: () => () => own,
    softly() {},
    now: () => 0,
    wall: () => wallMs,
    record() {},
    changed() {},
  });
  const openFor = (pass?: Pass) =>
    cashier.open({
      id: 'r',
      startedMs: wallMs,
      pass,
      endUser: '',
      group: 'g',
      tags: [],
      isOfApp: false,
      asModel: undefined,
      tokensIn: 1,
      tokensOut: 1,
      mostNanos: 4 * DOLLAR_NANOS,
      isGuess: false,
    });
  const open = () => openFor().upstream!;
  return { purses, open, openFor, at: (ms: number) => void (wallMs = ms) };
};

it('draws from the window that runs, and from the next one when that begins', () => {
  const { open, at } = world();
  for (let n = 0; n < 2; n++) {
    const money = open();
    expect(money.short('PJ1')).toBeUndefined();
    money.take('PJ1');
    money.settle('PJ1', 4 * DOLLAR_NANOS);
  }
  expect(open().short('PJ1')).toMatch(/8 of 10 dollars spent, anew at 2026-01-03/);
  at(MIDNIGHT_MS + DAY_MS);
  expect(open().short('PJ1')).toBeUndefined();
  // And not once more when the clock goes back.
  at(MIDNIGHT_MS + DAY_MS - 1);
  expect(open().short('PJ1')).toMatch(/8 of 10 dollars/);
});

it('counts what the store says of a window, which knows no end', () => {
  const { purses, open, at } = world();
  const sum = { kind: 'deployment', id: 'PJ1', sinceMs: MIDNIGHT_MS } as const;
  purses.take([{ ...sum, nanos: 9 * DOLLAR_NANOS }]);
  expect(open().short('PJ1')).toMatch(/9 of 10 dollars/);
  at(MIDNIGHT_MS + DAY_MS);
  expect(open().short('PJ1')).toBeUndefined();
});

it('raises the budget of a key until the very instant, and gives it a new one with its window', () => {
  const { openFor, at } = world();
  const untilMs = MIDNIGHT_MS + DAY_MS / 2;
  const raised = { dollars: 5, untilMs };
  const payer = { kind: 'key', id: 'k', label: '', maxDollars: 3, duration: '1d', raised } as const;
  const none = (): readonly never[] => [];
  const models = { modelPayers: none, modelLimited: none };
  const pass = { key: { token: 'k' }, tags: [], limited: [], payers: [payer], ...models };
  const open = () => openFor(pass as unknown as Pass);
  // Each may come to four dollars.
  open();
  at(untilMs - 1);
  open();
  expect(open).toThrow(/Max budget: 8/);
  at(untilMs);
  expect(open).toThrow(/Max budget: 3/);
  at(untilMs - 1);
  expect(open).toThrow(/Max budget: 8/);
  at(MIDNIGHT_MS + DAY_MS);
  expect(open).toThrow(/Max budget: 3/);
});

it('holds the budget of a model beside that of its key, each in its own window', () => {
  const { openFor, at } = world();
  const own = { kind: 'key', id: 'k', label: '', maxDollars: 9 } as const;
  const model = { kind: 'model', id: 'k:g', label: 'Model=g', maxDollars: 6, duration: '1d' };
  const lists = { modelPayers: () => models, modelLimited: () => [], payers: [own], limited: [] };
  const models = [model];
  const pass = { key: { token: 'k' }, tags: [], ...lists };
  const open = () => openFor(pass as unknown as Pass);
  // Each may come to four dollars.
  open();
  expect(open).toThrow(/Model=g Current cost: 0, Max budget: 6/);
  at(MIDNIGHT_MS + DAY_MS);
  open();
  expect(open).toThrow(/exceeded! Current cost: 0, Max budget: 9/);
});
