import type { Deployment } from '#config/loaded.ts';
import type { JsonObject } from '#core/json.ts';
import type { ToldLimit } from '#core/quota.ts';
import { textTable } from '#core/text-table.ts';
import type { AskedOnce } from '#gateway/ask-once.ts';

export interface LiveAnswer {
  readonly deployment: Deployment;
  readonly once: AskedOnce;
}

/** What each key turned out to be good for. Never a key. */
export const liveText = (
  answers: readonly LiveAnswer[],
  patterns: readonly Deployment[],
): string => {
  const rows = answers.map(({ deployment, once }) => [
    deployment.name,
    `${deployment.provider}/${deployment.model}`,
    deployment.apiKeySource ?? 'none',
    organisationOf(once) ?? '-',
    projectOf(once) ?? '-',
    once.error === undefined ? 'answers' : `fails (${once.status})`,
    `${Math.round(once.tookMs)} ms`,
    limitsText(once),
  ]);
  const failed = answers.flatMap(({ deployment: { name }, once: { error } }) =>
    error === undefined ? [] : [`${name}: ${error}`],
  );
  const skipped = patterns.map(({ name }) => name).join(', ');
  return [
    textTable([HEAD, ...rows], {
      align: ['left', 'left', 'left', 'left', 'left', 'left', 'right', 'left'],
    }),
    failed.join('\n'),
    sharing(answers).join('\n'),
    skipped === '' ? '' : `Not asked, because they stand for many models: ${skipped}.`,
    usageText(answers),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
};

const HEAD = ['DEPLOYMENT', 'MODEL', 'KEY', 'ORGANISATION', 'PROJECT', 'ANSWER', 'TOOK', 'LIMITS'];

const organisationOf = ({ news }: AskedOnce): string | undefined =>
  news.find(({ organization }) => organization !== undefined)?.organization;

const projectOf = ({ news }: AskedOnce): string | undefined =>
  news.find(({ project }) => project !== undefined)?.project;

const limitsOf = ({ news }: AskedOnce): ToldLimit[] =>
  news.flatMap(({ told }) => told).filter(({ limit }) => limit !== undefined);

const WINDOWS: Readonly<Record<number, string>> = {
  1_000: 'second',
  60_000: 'minute',
  3_600_000: 'hour',
  86_400_000: 'day',
};

const limitsText = (once: AskedOnce): string => {
  const texts = limitsOf(once).map(
    ({ limit = 0, dimension, windowMs }) =>
      `${limit.toLocaleString('en-US')} ${dimension}/${WINDOWS[windowMs] ?? `${windowMs / 1_000} s`}`,
  );
  return texts.length > 0 ? texts.join(', ') : 'none told';
};

/** Keys of one organisation may have one quota between them. */
const sharing = (answers: readonly LiveAnswer[]): string[] => {
  const byOrganisation = Map.groupBy(answers, ({ once }) => organisationOf(once) ?? '');
  return [...byOrganisation].flatMap(([organisation, its]) => {
    if (organisation === '' || its.length < 2) return [];
    const names = its.map(({ deployment: { name } }) => name).join(', ');
    return [
      `${names} belong to ${organisation}. If its limits are one for all of them, say so with quota_pool.`,
    ];
  });
};

const usageText = (answers: readonly LiveAnswer[]): string => {
  const used = answers.flatMap(({ once }) => once.usage ?? []);
  const input = used.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const output = used.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  const good = answers.filter(({ once }) => once.error === undefined).length;
  const took = used.length === 0 ? '' : ` They took ${input} tokens in and ${output} out.`;
  return `${good} of ${answers.length} answer.${took}`;
};

export const liveJson = (answers: readonly LiveAnswer[]): JsonObject => ({
  deployments: answers.map(({ deployment, once }) => ({
    deployment: deployment.name,
    group: deployment.group,
    model: `${deployment.provider}/${deployment.model}`,
    key_source: deployment.apiKeySource ?? null,
    organisation: organisationOf(once) ?? null,
    project: projectOf(once) ?? null,
    answers: once.error === undefined,
    status: once.status,
    error: once.error ?? null,
    took_ms: Math.round(once.tookMs),
    input_tokens: once.usage?.inputTokens ?? null,
    output_tokens: once.usage?.outputTokens ?? null,
    limits: limitsOf(once).map(({ dimension, limit = null, remaining = null, windowMs }) => ({
      dimension,
      limit,
      remaining,
      window_s: windowMs / 1_000,
    })),
  })),
});
