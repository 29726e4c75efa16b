import { seededRandom } from '#core/random.ts';
import type { SpendRecord, SpendStore } from '#store/spend.ts';

const HOUR_MS = 3_600_000;
const WORKDAY = { begins: 0, ends: 12 };

/** A week of records before `wallMs`, as people make them: by day more than by night, a few of them failed. */
export const fillPast = async (
  spend: SpendStore,
  { tokens, wallMs }: { readonly tokens: readonly string[]; readonly wallMs: number },
): Promise<void> => {
  const random = seededRandom(7);
  const records: SpendRecord[] = [];
  for (let hour = 7 * 24; hour > 0; hour--) {
    const at = wallMs - hour * HOUR_MS;
    const ofDay = new Date(at).getUTCHours();
    const isDay = ofDay >= WORKDAY.begins && ofDay < WORKDAY.ends;
    for (const [place, token] of tokens.entries()) {
      const many = Math.round((isDay ? 9 : 2) * random() * (1 + place / 2));
      for (let i = 0; i < many; i++) records.push(recordOf({ at, token, place, i, random }));
    }
  }
  await spend.add(records);
};

const recordOf = (of: {
  readonly at: number;
  readonly token: string;
  readonly place: number;
  readonly i: number;
  readonly random: ReturnType<typeof seededRandom>;
}): SpendRecord => {
  const { at, token, place, i, random } = of;
  const startedMs = Math.round(at + random() * HOUR_MS);
  const hasFailed = random() < 0.02;
  const tokensIn = Math.round(400 + 2_000 * random());
  const tokensOut = hasFailed ? 0 : Math.round(600 * random());
  const lastedMs = Math.round(700 + 4_000 * random());
  const waitMs = random() < 0.2 ? Math.round(3_000 * random()) : 0;
  return {
    id: `past-${place}-${at}-${i}`,
    startedMs,
    endedMs: startedMs + lastedMs + waitMs,
    token,
    user: place === 2 ? 'yuki' : '',
    team: place === 0 ? 'search' : '',
    endUser: `guest-${i % 4}`,
    group: i % 5 === 4 ? 'gpt-4.1-mini' : 'gpt-4.1',
    model: 'gpt-4.1',
    deployment: `PJ${1 + (i % 3)}`,
    provider: 'openai',
    status: hasFailed ? 'failure' : 'success',
    nanos: hasFailed ? 0 : tokensIn * 2_000 + tokensOut * 8_000,
    tokensIn,
    tokensOut,
    tags: place === 0 ? ['batch'] : place === 1 ? ['dify'] : [],
    payments: [],
    more: {
      wait_ms: waitMs,
      ...(!hasFailed && { first_ms: waitMs + 350 }),
      attempts: [[`PJ${1 + (i % 3)}`, hasFailed ? 'server-error' : 'ok']],
      ...(hasFailed && {
        error: { status: 500, code: 'upstream_rejected', message: 'The vendor failed.' },
      }),
    },
  };
};
