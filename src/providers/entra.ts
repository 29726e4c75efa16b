import type { EntraCredentialSpec } from '#providers/credential-spec.ts';
import { type Settings, type SettingSources, textSetting } from '#providers/settings.ts';

/** Parameters of those who take tokens of Microsoft's directory, as LiteLLM has them. */
export const ENTRA_SETTINGS: SettingSources = {
  azure_ad_token: ['AZURE_AD_TOKEN'],
  tenant_id: ['AZURE_TENANT_ID'],
  client_id: ['AZURE_CLIENT_ID'],
  client_secret: ['AZURE_CLIENT_SECRET'],
  azure_scope: ['AZURE_SCOPE'],
  azure_credential: ['AZURE_CREDENTIAL'],
  azure_authority_host: ['AZURE_AUTHORITY_HOST'],
  azure_federated_token_file: ['AZURE_FEDERATED_TOKEN_FILE'],
};

export const ENTRA_INSTEAD_OF_KEY: readonly string[] = [
  'azure_ad_token',
  'client_secret',
  'azure_credential',
];

/** What its own tools call the identity that comes with the machine, and the search for any that there is. */
const OF_MACHINE = new Set(['ManagedIdentityCredential', 'DefaultAzureCredential']);

/**
 * Undefined where the settings name none: an application by its secret or by the token of its
 * workload, a token that is at hand, or the machine's own identity.
 */
export const entra =
  (commonScope: string) =>
  (settings: Settings): EntraCredentialSpec | undefined => {
    const text = (name: string): string | undefined => textSetting(settings, name);
    const [tenant, clientId, clientSecret, tokenFile, token, authority] = [
      text('tenant_id'),
      text('client_id'),
      text('client_secret'),
      text('azure_federated_token_file'),
      text('azure_ad_token'),
      text('azure_authority_host'),
    ];
    const scope = text('azure_scope') ?? commonScope;
    const kind = text('azure_credential') ?? '';
    const common = { kind: 'entra', scope, ...(authority !== undefined && { authority }) } as const;
    const isMachine = kind === 'ManagedIdentityCredential';
    if (tenant !== undefined && clientId !== undefined && !isMachine) {
      if (clientSecret !== undefined) return { ...common, tenant, clientId, clientSecret };
      if (tokenFile !== undefined) return { ...common, tenant, clientId, tokenFile };
    }
    if (token !== undefined && !isMachine) return { ...common, token };
    if (!OF_MACHINE.has(kind)) return undefined;
    return { ...common, ...(clientId !== undefined && { clientId }) };
  };
