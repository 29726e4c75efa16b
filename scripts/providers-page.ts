import { providers } from '#providers/index.ts';
import { neutralQuota } from '#providers/neutral-quota.ts';
import type { Provider } from '#providers/provider.ts';

const INTRO = `# Providers

What may stand before the slash of \`litellm_params.model\` (or as \`custom_llm_provider\`), with the environment variables that LiteLLM reads. Written by \`npm run providers\` from \`src/providers/\`: change it there.
A key and a base URL of a row's own come first, then the variables in this order, then the URL of the table. Where no URL stands, the row or a variable must name one.
*Limits*: "its own" is a vendor whose charges, headers and refusals are known by heart; "common" believes the headers that many vendors share, and waits where a refusal says how long. *Spoken* names the [dialect](../../ARCHITECTURE.md) of each operation.

Any other server that speaks OpenAI's dialect is reached with \`openai/MODEL\` and an \`api_base\`.
`;

/** The page of the reference, as it is in the repository. */
export const providersPage = (): string => {
  const head = [
    '| prefix | base URL | key | base URL from | limits | spoken |',
    '|---|---|---|---|---|---|',
  ];
  return `${INTRO}\n${[...head, ...providers.map(row)].join('\n')}\n`;
};

const row = (provider: Provider): string => {
  const { name, baseUrlOf, keyEnv, baseEnv, keyOptional, quota } = provider;
  const baseUrl = baseUrlOf?.({}, '') ?? provider.baseUrl;
  const code = (texts: readonly string[]): string => texts.map((each) => `\`${each}\``).join(', ');
  const cells = [
    `\`${name}/\``,
    baseUrl,
    `${code(keyEnv)}${keyOptional ? ' (or none)' : ''}`,
    code(baseEnv),
    quota.read === neutralQuota.read ? 'common' : 'its own',
    spoken(provider),
  ];
  return `| ${cells.join(' | ')} |`;
};

const spoken = ({ operations }: Provider): string =>
  Object.entries(operations)
    .map(
      ([operation, { dialect }]) =>
        `${operation}: ${typeof dialect === 'string' ? dialect : 'by model'}`,
    )
    .join('<br>');
