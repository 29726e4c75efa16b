/** Who is behind the storm: eight keys of one group, four of which have nothing special about them. */
export interface StormKey {
  readonly name: string;
  readonly tpm: number;
  readonly rpm: number;
  readonly fault?: 'revoked' | 'bare' | 'slow' | 'down';
}

const TPM = 600_000;
const RPM = 3_000;

const key = (name: string, more: Partial<StormKey> = {}): StormKey => ({
  name,
  tpm: TPM,
  rpm: RPM,
  ...more,
});

/** A tenth of the others' limits, and not a word about them: neither headers nor texts. */
const BARE = { tpm: TPM / 10, rpm: RPM / 10, fault: 'bare' } as const;

export const KEYS: readonly StormKey[] = [
  key('plain-1'),
  key('plain-2'),
  key('plain-3'),
  key('plain-4'),
  key('slow', { fault: 'slow' }),
  key('revoked', { fault: 'revoked' }),
  key('bare', BARE),
  key('down', { fault: 'down' }),
];

/** What those give whom nobody could reproach: requests that the others would have to carry are not asked. */
export const HEALTHY_TPM = KEYS.filter(({ fault }) => fault === undefined || fault === 'slow')
  .map(({ tpm }) => tpm)
  .reduce((sum, tpm) => sum + tpm);

/** Of all calls of all keys. */
export const NOISE = { errors: 0.05, hangs: 0.02 };

/** How much longer the slow one takes to its first byte. */
export const SLOW_TIMES = 8;

/** A key that is down answers nothing but errors, or cannot be reached. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly how: 'errors' | 'unreachable';
}

/** Far enough apart that the first is forgiven when the second comes. */
export const OUTAGES: readonly Outage[] = [
  { fromMs: 120_000, toMs: 130_000, how: 'errors' },
  { fromMs: 1_320_000, toMs: 1_330_000, how: 'unreachable' },
];
