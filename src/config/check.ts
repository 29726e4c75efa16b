import { formatFindings } from '#core/finding.ts';
import { textTable } from '#core/text-table.ts';
import { findProvider } from '#providers/index.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';

/**
 * A loaded config in words and a table, for people: what will serve, with which key's variable and
 * where, what cannot, and what deserves a look. Never a key.
 */
export const describeConfig = (config: LoadedConfig): string =>
  [
    deploymentTable(config.deployments),
    routingLines(config).join('\n'),
    titled('Cannot serve:', formatFindings(config.unusable.map(({ reason }) => reason))),
    titled('Warnings:', formatFindings(config.warnings)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly cell: (deployment: Deployment) => string;
  /** Left out where no deployment has it. */
  readonly optional?: boolean;
}

const amount = (value: number | undefined): string => value?.toLocaleString('en-US') ?? '';

const COLUMNS: readonly Column[] = [
  { title: 'GROUP', align: 'left', cell: ({ group }) => group },
  { title: 'DEPLOYMENT', align: 'left', cell: ({ name }) => name },
  { title: 'MODEL', align: 'left', cell: ({ provider, model }) => `${provider}/${model}` },
  { title: 'KEY', align: 'left', cell: ({ apiKeySource }) => apiKeySource ?? 'none' },
  { title: 'HOST', align: 'left', cell: (deployment) => hostOf(deployment) },
  { title: 'WEIGHT', align: 'right', cell: ({ weight }) => amount(weight), optional: true },
  { title: 'RPM', align: 'right', cell: ({ rpm }) => amount(rpm), optional: true },
  { title: 'TPM', align: 'right', cell: ({ tpm }) => amount(tpm), optional: true },
];

const deploymentTable = (deployments: readonly Deployment[]): string => {
  const columns = COLUMNS.filter(
    ({ optional, cell }) => !optional || deployments.some((one) => cell(one) !== ''),
  );
  const rows = deployments.map((deployment) => columns.map(({ cell }) => cell(deployment)));
  return textTable([columns.map(({ title }) => title), ...rows], {
    align: columns.map(({ align }) => align),
  });
};

const hostOf = ({ apiBase, provider }: Deployment): string => {
  const base = apiBase ?? findProvider(provider)?.baseUrl ?? '';
  return URL.canParse(base) ? new URL(base).host : '';
};

const routingLines = ({ routing, masterKey, tls }: LoadedConfig): string[] => {
  const aliases = Object.entries(routing.aliases).map(
    ([alias, { group, hidden }]) => `${alias} → ${group}${hidden ? ' (hidden)' : ''}`,
  );
  return [
    `Strategy    ${routing.strategy}`,
    `Retries     ${routing.numRetries}, on another deployment where there is one`,
    `Master key  ${masterKey === undefined ? 'none: every client is let in, on loopback only' : 'set'}`,
    ...(aliases.length > 0 ? [`Aliases     ${aliases.join(', ')}`] : []),
    ...(tls.verify ? [] : ['TLS         any certificate is accepted (ssl_verify: false)']),
  ];
};

const titled = (title: string, text: string): string => (text === '' ? '' : `${title}\n${text}`);
