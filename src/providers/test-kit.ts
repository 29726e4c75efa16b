import { existsSync, readFileSync } from 'node:fs';
import type { QuotaNews } from '#core/quota.ts';
import { neutralQuota } from '#providers/neutral-quota.ts';
import type { Provider } from '#providers/provider.ts';

/** What a vendor said, and what it means: `fixtures/NAME.json` is a list of these. */
export interface QuotaFixture {
  readonly name: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  /** When it came; noon where nothing depends on it. */
  readonly at?: string;
  readonly news: QuotaNews;
  /** Of an error: what becomes of the try. Held where dialects, vendors and the balance meet. */
  readonly kind?: string;
}

/** A vendor's own file; those of whom nothing is known share one. */
export const quotaFixtures = ({ name, quota }: Provider): readonly QuotaFixture[] => {
  const stem = quota.read === neutralQuota.read ? 'compatible' : name;
  const file = new URL(`fixtures/${stem}.json`, import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as QuotaFixture[]) : [];
};

/** One provider for each set of rules, whose own file they are: what holds for it holds for all who have the same. */
export const withOwnRules = (providers: readonly Provider[]): readonly Provider[] =>
  [...Map.groupBy(providers, ({ quota }) => quota).values()].map(
    (same) => same.find((each) => quotaFixtures(each).length > 0) ?? same[0]!,
  );
