/** What running a flow costs besides its model calls. `--json` prints the numbers alone. */
import { systemClock } from '#core/clock.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import type { RunEvent } from '#flow/events.ts';
import type { FlowServices } from '#flow/ports.ts';
import { type Flow, prepareFlow } from '#flow/prepare.ts';
import { runFlow } from '#flow/run.ts';
import { createSandbox } from '#sandbox/sandbox.ts';
import { crowdFactor, firstWordMs, scarce } from './flow-served/measure.ts';
import { markdownTable } from './markdown-table.ts';

type Nodes = Readonly<Record<string, object>>;

type Edges = readonly (readonly [string, string])[];

const textOf = (nodes: Nodes, edges: Edges): string =>
  JSON.stringify({
    version: '0.4.0',
    app: { mode: 'advanced-chat', name: 'bench' },
    workflow: {
      graph: {
        nodes: Object.entries(nodes).map(([id, data]) => ({ id, data })),
        edges: edges.map(([source, target]) => ({ source, target })),
      },
    },
  });

const flowFrom = (text: string): Flow =>
  prepareFlow(parseApp(text, 'bench.yml'), { resolveModel: ({ name }) => name });

const flowOf = (nodes: Nodes, edges: Edges): Flow => flowFrom(textOf(nodes, edges));

const LLM = {
  type: 'llm',
  model: { name: 'm' },
  prompt_template: [{ role: 'user', text: '{{#sys.query#}}' }],
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const sandbox = createSandbox(systemClock);
const servicesOf = (callMs: number): FlowServices => ({
  async *chat() {
    if (callMs > 0) await wait(callMs);
    yield { type: 'block-start', index: 0, block: { kind: 'text' } };
    for (let i = 0; i < 10; i++) yield { type: 'block-delta', index: 0, delta: 'word ' };
    yield { type: 'finish', reason: 'stop', raw: 'stop' };
  },
  runCode: (job, signal) => sandbox.runCode(job, signal),
  renderJinja: (job, signal) => sandbox.renderJinja(job, signal),
});

const run = async (flow: Flow, services: FlowServices): Promise<number> => {
  const began = performance.now();
  const events = runFlow(flow, {
    query: 'Hi',
    inputs: {},
    services,
    clock: systemClock,
    ids: { run: 'r' },
  });
  let last: RunEvent | undefined;
  for await (const event of events) last = event;
  if (last?.type !== 'run-finish' || last.status !== 'succeeded')
    throw new Error(`The run failed: ${JSON.stringify(last)}`);
  return performance.now() - began;
};

/** What a run takes of the processor, ms: it waits for nothing, and others on the machine play no part. */
const cpuOf = async (flow: Flow, services: FlowServices): Promise<number> => {
  const before = process.cpuUsage();
  await run(flow, services);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** The least of several: what others do on the machine only ever adds. */
const times = async (count: number, task: () => Promise<number>): Promise<number> => {
  let least = Infinity;
  for (let i = 0; i < count; i++) least = Math.min(least, await task());
  return least;
};

const wideText = (width: number): string => {
  const ids = Array.from({ length: width }, (_, i) => `llm_${i}`);
  const answer = ids.map((id) => `{{#${id}.text#}}`).join('\n');
  return textOf(
    {
      start: { type: 'start' },
      ...Object.fromEntries(ids.map((id) => [id, LLM])),
      answer: { type: 'answer', answer },
    },
    ids.flatMap((id) => [['start', id] as const, [id, 'answer'] as const]),
  );
};

const wide = (width: number): Flow => flowFrom(wideText(width));

/** A chain of aggregators: nodes that do next to nothing. */
const chain = (length: number): Flow => {
  const ids = Array.from({ length }, (_, i) => `n_${i}`);
  const nodes = ids.map((id) => [
    id,
    { type: 'variable-aggregator', variables: [['sys', 'query']] },
  ]);
  return flowOf(
    {
      start: { type: 'start' },
      ...Object.fromEntries(nodes),
      answer: { type: 'answer', answer: ids.map((id) => `{{#${id}.output#}}`).join('') },
    },
    ['start', ...ids].map((id, i) => [id, ids[i] ?? 'answer'] as const),
  );
};

const code = (language: string, text: string): Flow =>
  flowOf(
    {
      start: { type: 'start' },
      code: {
        type: 'code',
        code_language: language,
        code: text,
        outputs: { a: { type: 'number' } },
      },
      answer: { type: 'answer', answer: '{{#code.a#}}' },
    },
    [
      ['start', 'code'],
      ['code', 'answer'],
    ],
  );

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly bar: number;
}

const measure = async (): Promise<Row[]> => {
  const slow = servicesOf(300);
  const fast = servicesOf(0);
  const six = wide(6);
  await run(six, fast);
  const one = await times(3, () => run(wide(1), slow));
  const many = await times(3, () => run(six, slow));
  const served = wideText(6);
  const sixty = await times(4, () => crowdFactor(served, 60));
  const firstMs = await firstWordMs(wideText(1));
  const few = await scarce(served);
  const [short, long] = [chain(50), chain(490)];
  await run(long, fast);
  const shortMs = await times(60, () => cpuOf(short, fast));
  const longMs = await times(60, () => cpuOf(long, fast));
  const javascript = code('javascript', 'function main() { return { a: 1 }; }');
  const python = code('python3', 'def main():\n  return {"a": 1}');
  await run(javascript, fast);
  await run(python, fast);
  return [
    { what: 'six branches at once, to one', value: many / one, unit: '×', bar: 1.1 },
    { what: 'engine, a node', value: longMs / 492, unit: 'ms', bar: 1 },
    {
      what: 'engine, a node of 490 to one of 50',
      value: longMs / 492 / (shortMs / 52),
      unit: '×',
      bar: 1.5,
    },
    { what: '60 runs of six branches at once, to one run', value: sixty, unit: '×', bar: 1.5 },
    { what: "first word, after the model's own", value: firstMs, unit: 'ms', bar: 20 },
    { what: 'runs that fail where quota is scarce', value: few.failed, unit: 'of 2', bar: 0 },
    { what: 'they take', value: few.s, unit: 's', bar: 15 },
    {
      what: 'a warm JavaScript node',
      value: await times(15, () => run(javascript, fast)),
      unit: 'ms',
      bar: 20,
    },
    {
      what: 'a warm Python node',
      value: await times(15, () => run(python, fast)),
      unit: 'ms',
      bar: 80,
    },
  ];
};

const rows = await measure();
await sandbox.close();
const shown = rows.map(({ what, value, unit, bar }) => [
  what,
  `${value.toFixed(2)} ${unit}`,
  `≤ ${bar} ${unit}`,
  value <= bar ? 'yes' : 'NO',
]);
console.log(
  process.argv.includes('--json')
    ? JSON.stringify(rows)
    : markdownTable([['', 'measured', 'bar', 'held'], ...shown]),
);
process.exitCode = rows.every(({ value, bar }) => value <= bar) ? 0 : 1;
