import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { CredentialSpec } from '#providers/credential-spec.ts';
import type { Agents } from '#upstream/agents.ts';
import { askOver } from '#upstream/ask.ts';
import type { Credentials } from '#upstream/credentials.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import { awsCredentials } from '#upstream/credentials/aws.ts';
import { copilotCredentials } from '#upstream/credentials/copilot.ts';
import { entraCredentials } from '#upstream/credentials/entra.ts';
import { googleCredentials } from '#upstream/credentials/google.ts';

export interface CredentialStore {
  /** The same for equal specs: one token serves all deployments that say the same. */
  of(spec: CredentialSpec): Credentials;
  /** Lets all that were made so far fetch what they need. */
  start(): void;
  close(): void;
}

export interface CredentialStoreOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly agents: Agents;
  /** The environment, for what the vendors' own tools read there. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export const createCredentialStore = (options: CredentialStoreOptions): CredentialStore => {
  const sources: CredentialSources = { ...options, ask: askOver(options.agents) };
  const all = new Map<string, Credentials>();
  return {
    of(spec) {
      const name = JSON.stringify(spec);
      const credentials = all.get(name) ?? make(spec, sources);
      all.set(name, credentials);
      return credentials;
    },
    start() {
      for (const credentials of all.values()) credentials.start();
    },
    close() {
      for (const credentials of all.values()) credentials.close();
    },
  };
};

const make = (spec: CredentialSpec, sources: CredentialSources): Credentials => {
  switch (spec.kind) {
    case 'aws':
      return awsCredentials(spec, sources);
    case 'copilot':
      return copilotCredentials(spec, sources);
    case 'entra':
      return entraCredentials(spec, sources);
    default:
      return googleCredentials(spec, sources);
  }
};
