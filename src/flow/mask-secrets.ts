import type { Json } from '#core/json.ts';
import { secretMask } from '#core/secret-mask.ts';
import { type RunEvent, THOUGHTS } from '#flow/events.ts';

/**
 * A run's events without the app's secrets in what is told of nodes: inputs, outputs, process, errors.
 * What the app says to the person who asked is its own affair.
 */
export async function* maskSecrets(
  events: AsyncGenerator<RunEvent, void>,
  secrets: readonly string[],
): AsyncGenerator<RunEvent, void> {
  const mask = secretMask(secrets);
  for await (const event of events) {
    // Thoughts come in pieces, and a secret may stand in several: they are told at the end.
    if (event.type === 'node-delta' && event.output === THOUGHTS) continue;
    // An event is plain data: what comes out has the shape of what went in.
    yield TOLD.has(event.type)
      ? (mask.value(event as unknown as Json) as unknown as RunEvent)
      : event;
  }
}

const TOLD: ReadonlySet<RunEvent['type']> = new Set([
  'run-start',
  'node-finish',
  'node-retry',
  'node-log',
  'rounds-start',
  'variable-set',
  'run-finish',
]);
