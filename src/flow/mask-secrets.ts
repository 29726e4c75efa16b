import { isObject, type Json } from '#core/json.ts';
import type { RunEvent } from '#flow/events.ts';

const MASK = '[secret]';
/** Shorter ones would mask half of every text. */
const SHORTEST = 4;

/**
 * A run's events without the app's secrets in what is told of nodes: inputs, outputs, process, errors.
 * What the app says to the person who asked is its own affair.
 */
export async function* maskSecrets(
  events: AsyncGenerator<RunEvent, void>,
  secrets: readonly string[],
): AsyncGenerator<RunEvent, void> {
  const known = secrets.filter((secret) => secret.length >= SHORTEST);
  for await (const event of events) yield TOLD.has(event.type) ? masked(event, known) : event;
}

const TOLD: ReadonlySet<RunEvent['type']> = new Set([
  'node-finish',
  'node-retry',
  'node-log',
  'rounds-start',
  'variable-set',
  'run-finish',
]);

const masked = (event: RunEvent, secrets: readonly string[]): RunEvent => {
  const text = JSON.stringify(event);
  if (!secrets.some((secret) => text.includes(JSON.stringify(secret).slice(1, -1)))) return event;
  // An event is plain data: what comes out has the shape of what went in.
  return maskValue(event as unknown as Json, secrets) as unknown as RunEvent;
};

const maskValue = (value: Json, secrets: readonly string[]): Json => {
  if (typeof value === 'string')
    return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), value);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, maskValue(item, secrets)]),
  );
};
