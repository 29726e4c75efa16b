import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { passedOn, saidIn } from '#flow/nodes/passed-on.ts';
import type { NodeEvent, NodeRun, NodeType, RoundResult } from '#flow/nodes/node-type.ts';
import { sideBySide } from '#flow/nodes/side-by-side.ts';
import { type Spent, sumSpent } from '#flow/spent.ts';
import { selectorsAt, toSelector } from '#flow/variables.ts';

const config = z.object({
  iterator_selector: z.array(z.string()),
  output_selector: z.array(z.string()).nullish(),
  start_node_id: z.string().nullish(),
  is_parallel: z.boolean().nullish(),
  parallel_nums: z.number().nullish(),
  error_handle_mode: z.string().nullish(),
  flatten_output: z.boolean().nullish(),
});

type Config = z.infer<typeof config>;

/** As many rounds at once where the flow does not say. */
const USUAL_WIDTH = 10;
const MOST_WIDTH = 100;

const iteration: NodeType<Config> = {
  type: 'iteration',
  config,
  outputs: () => ({ output: 'array' }),
  reads: ({ iterator_selector: parts }) => selectorsAt(parts),
  inside: ({ start_node_id: startId }) => (startId ? { startId } : {}),
  async *run(node) {
    const items = itemsOf(node);
    const inputs = { iterator_selector: items };
    yield { type: 'rounds', count: items.length, inputs };
    const rounds = items.map((item, index) => () => roundOf(node, item, index));
    const width = node.config.is_parallel ? widthOf(node.config) : 1;
    const results = yield* sideBySide(rounds, width, (event) => heldBack(event));
    const said = results.map((result) => result.said).join('');
    const told = {
      durationsMs: results.map(({ elapsedMs }) => elapsedMs),
      spent: results.reduce<Spent>((sum, { spent }) => sumSpent(sum, spent), {}),
    };
    return { inputs, outputs: { output: gathered(node.config, results) }, said, rounds: told };
  },
};

export default iteration;

const itemsOf = ({ config, read, limits }: NodeRun<Config>): Json[] => {
  const selector = toSelector(config.iterator_selector);
  const value = selector && read(selector);
  if (value === undefined)
    throw new SpillwayError(
      'node_failed',
      `The list ${config.iterator_selector.join('.') || '(none)'} to go through has no value.`,
    );
  if (value === null) return [];
  if (!Array.isArray(value))
    throw new SpillwayError('node_failed', 'What it goes through is not a list.');
  if (value.length > limits.rounds)
    throw new SpillwayError('too_large', `A list of more than ${limits.rounds} items.`);
  return value;
};

const widthOf = ({ parallel_nums: width }: Config): number =>
  Math.min(Math.max(1, Math.floor(width ?? USUAL_WIDTH)), MOST_WIDTH);

/** A round's place in the output; nothing where it failed and that is no reason to stop. */
type Outcome = Pick<RoundResult, 'spent' | 'elapsedMs'> & { readonly said: string } & (
    | { readonly value: Json }
    | { readonly failed: true }
  );

async function* roundOf(
  node: NodeRun<Config>,
  item: Json,
  index: number,
): AsyncGenerator<NodeEvent, Outcome> {
  yield { type: 'round', index };
  const variables = { item, index };
  const result = yield* passedOn(node.round({ index, kind: 'iteration', variables }));
  const { spent, elapsedMs } = result;
  const told = { said: saidIn(result), spent, elapsedMs };
  if (result.status === 'succeeded') {
    const selector = toSelector(node.config.output_selector ?? []);
    return { value: (selector && result.read(selector)) ?? null, ...told };
  }
  if (isStrict(node.config) || result.status === 'stopped')
    throw new SpillwayError(
      result.error?.code ?? 'client_closed',
      `Round ${index + 1}: ${result.error?.message ?? 'it was stopped.'}`,
    );
  return { failed: true, ...told };
}

const isStrict = ({ error_handle_mode: mode }: Config): boolean =>
  mode !== 'continue-on-error' && mode !== 'remove-abnormal-output';

/** What a person reads comes in the order of the items, however the rounds are timed. */
const heldBack = (event: NodeEvent): boolean =>
  event.type === 'inner' && event.event.type === 'answer-delta';

const gathered = (config: Config, outcomes: readonly Outcome[]): Json[] => {
  const kept = outcomes.flatMap((outcome): Json[] => {
    if ('value' in outcome) return [outcome.value];
    return config.error_handle_mode === 'continue-on-error' ? [null] : [];
  });
  const isNested = kept.length > 0 && kept.every((value) => Array.isArray(value) || value === null);
  const hasLists = kept.some((value) => Array.isArray(value));
  if (config.flatten_output === false || !isNested || !hasLists) return kept;
  return kept.flatMap((value) => (Array.isArray(value) ? value : []));
};
