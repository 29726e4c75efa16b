import type { Compatibility } from '#flow/dsl/app.ts';

/** The newest DSL that is understood here. */
export const CURRENT_VERSION = '0.6.0';

/** What a file without a version is taken for. */
export const FIRST_VERSION = '0.1.0';

/** Dify's rule for an import; undefined when the text is no version at all. */
export const compatibilityOf = (version: string): Compatibility | undefined => {
  const imported = parse(version);
  const current = parse(CURRENT_VERSION);
  if (!imported || !current) return undefined;
  const order = compare(imported, current);
  if (order > 0 || imported[0] < current[0]) return 'pending';
  return imported[1] < current[1] ? 'completed-with-warnings' : 'completed';
};

type Parts = readonly [major: number, minor: number, patch: number];

const parse = (version: string): Parts | undefined => {
  const match = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-.+]?[a-z0-9.+-]{0,40})$/i.exec(
    version.trim(),
  );
  return match ? [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)] : undefined;
};

const compare = (a: Parts, b: Parts): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
