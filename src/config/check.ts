import { formatFindings } from '#core/finding.ts';
import { textTable } from '#core/text-table.ts';
import { findProvider } from '#providers/index.ts';
import { capacityLists, ceilingLines, poolTable } from '#config/check-quota.ts';
import type { CheckTable } from '#config/check-table.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { Fallbacks, FallbackTarget } from '#config/loaded-routing.ts';

/**
 * A loaded config in words and tables, for people: what will serve, with which key's variable and
 * where, what cannot, and what deserves a look. Never a key. Texts may have several lines.
 */
export const configParts = (config: LoadedConfig): (string | CheckTable)[] =>
  [
    deploymentTable(config.deployments),
    routingLines(config).join('\n'),
    titled('Capacity:', capacityLists(config)),
    poolTable(config),
    titled('Cannot serve:', formatFindings(config.unusable.map(({ reason }) => reason))),
    titled('Warnings:', formatFindings(config.warnings)),
  ].filter((part) => (typeof part === 'string' ? part !== '' : part.rows.length > 0));

/** The same for a terminal. */
export const describeConfig = (config: LoadedConfig): string =>
  configParts(config)
    .map((part) =>
      typeof part === 'string'
        ? part
        : textTable([part.heads, ...part.rows], {
            align: part.heads.map((head) => (part.amounts.includes(head) ? 'right' : 'left')),
          }),
    )
    .join('\n\n');

interface Column {
  readonly title: string;
  readonly isAmount?: boolean;
  readonly cell: (deployment: Deployment) => string;
  /** Left out where no deployment has it. */
  readonly optional?: boolean;
}

const amount = (value: number | undefined): string => value?.toLocaleString('en-US') ?? '';

const COLUMNS: readonly Column[] = [
  { title: 'GROUP', cell: ({ group }) => group },
  { title: 'DEPLOYMENT', cell: ({ name }) => name },
  { title: 'MODEL', cell: ({ provider, model }) => `${provider}/${model}` },
  { title: 'SPOKEN', cell: ({ provider }) => spokenBy(provider) },
  { title: 'KEY', cell: ({ apiKeySource }) => apiKeySource ?? 'no key' },
  { title: 'HOST', cell: (deployment) => hostOf(deployment) },
  { title: 'WEIGHT', isAmount: true, cell: ({ weight }) => amount(weight), optional: true },
  { title: 'RPM', isAmount: true, cell: ({ rpm }) => amount(rpm), optional: true },
  { title: 'TPM', isAmount: true, cell: ({ tpm }) => amount(tpm), optional: true },
  {
    title: 'PARALLEL',
    isAmount: true,
    cell: ({ maxParallelRequests }) => amount(maxParallelRequests),
    optional: true,
  },
  { title: 'ORDER', isAmount: true, cell: ({ order }) => amount(order), optional: true },
  { title: 'TAGS', cell: ({ tags }) => tags.join(', '), optional: true },
];

const deploymentTable = (deployments: readonly Deployment[]): CheckTable => {
  const columns = COLUMNS.filter(
    ({ optional, cell }) => !optional || deployments.some((one) => cell(one) !== ''),
  );
  return {
    heads: columns.map(({ title }) => title),
    amounts: columns.filter(({ isAmount }) => isAmount).map(({ title }) => title),
    rows: deployments.map((deployment) => columns.map(({ cell }) => cell(deployment))),
  };
};

/** How a vendor is asked for chats, else for whatever it does. */
const spokenBy = (provider: string): string => {
  const { chat, ...others } = findProvider(provider)?.operations ?? {};
  const dialect = (chat ?? Object.values(others)[0])?.dialect;
  return typeof dialect === 'function' ? 'by model' : (dialect ?? '');
};

const hostOf = ({ apiBase, provider }: Deployment): string => {
  const base = apiBase ?? findProvider(provider)?.baseUrl ?? '';
  return URL.canParse(base) ? new URL(base).host : '';
};

const routingLines = (config: LoadedConfig): string[] => {
  const { routing, queue, masterKey, tls } = config;
  const aliases = Object.entries(routing.aliases).map(
    ([alias, { group, hidden }]) => `${alias} → ${group}${hidden ? ' (hidden)' : ''}`,
  );
  return [
    `Strategy    ${routing.strategy}`,
    `Retries     ${routing.numRetries}, on another deployment where there is one`,
    `Waiting     ${queue.waitMs > 0 ? `up to ${queue.waitMs / 1000} s for quota` : 'never: out of quota is refused at once'}`,
    ...ceilingLines(config),
    ...fallbackLines(routing),
    `Master key  ${masterKey === undefined ? 'none: every client is let in, on loopback only' : 'set'}`,
    ...(aliases.length > 0 ? [`Aliases     ${aliases.join(', ')}`] : []),
    ...(tls.verify ? [] : ['TLS         any certificate is accepted (ssl_verify: false)']),
  ];
};

const fallbackLines = ({
  fallbacks,
  contextWindowFallbacks = {},
  contentPolicyFallbacks = {},
}: LoadedConfig['routing']): string[] => {
  const line = (title: string, chains: Fallbacks): string[] => {
    const texts = Object.entries(chains).map(
      ([from, to]) => `${from} → ${to.map(targetText).join(', ')}`,
    );
    return texts.length === 0 ? [] : [`${title}${texts.join('; ')}`];
  };
  return [
    ...line('Fallbacks   ', fallbacks),
    ...line('  too long  ', contextWindowFallbacks),
    ...line('  policy    ', contentPolicyFallbacks),
  ];
};

const targetText = ({ model, params }: FallbackTarget): string => {
  const fields = Object.keys(params);
  return fields.length === 0 ? model : `${model} (with its own ${fields.join(', ')})`;
};

const titled = (title: string, text: string): string => (text === '' ? '' : `${title}\n${text}`);
