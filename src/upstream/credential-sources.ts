import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { Agents } from '#upstream/agents.ts';
import type { Ask } from '#upstream/ask.ts';

/** What credentials are made from: time, questions to token services, the environment's variables. */
export interface CredentialSources {
  readonly clock: Clock;
  readonly log: Log;
  readonly ask: Ask;
  /** For requests that a token sends elsewhere. */
  readonly agents: Agents;
  readonly variables: Readonly<Record<string, string | undefined>>;
}
