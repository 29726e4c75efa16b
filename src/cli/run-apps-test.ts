import { readFile } from '#cli/read-file.ts';
import { systemClock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import type { RunEvent } from '#flow/events.ts';
import { prepareFlow } from '#flow/prepare.ts';
import { beginningOf, differences, replayTypes, shapeOf, withoutRetries } from '#flow/replay.ts';
import { runFlow } from '#flow/run.ts';
import { createSandbox, type Sandbox } from '#sandbox/sandbox.ts';

/** Plays recorded runs again; the process ends with status 1 when any of them differs. */
export const runAppsTest = async (file: string, runs: readonly string[]): Promise<void> => {
  const text = await readFile(file);
  const sandbox = createSandbox(systemClock);
  let failed = 0;
  try {
    for (const name of runs) {
      const lines = await playAgain({
        text,
        file,
        record: readRecord(await readFile(name), name),
        sandbox,
      });
      if (lines.length > 0) failed++;
      const verdict = lines.length === 0 ? 'same' : 'differs';
      process.stdout.write(
        [`${verdict} ${name}`, ...lines.map((line) => `  ${line}`), ''].join('\n'),
      );
    }
  } finally {
    await sandbox.close();
  }
  process.stdout.write(`${runs.length - failed} of ${runs.length} as recorded\n`);
  if (failed > 0) process.exitCode = 1;
};

interface Record {
  readonly query: string;
  readonly inputs: JsonObject;
  readonly events: readonly RunEvent[];
}

/** Throws SpillwayError `config_invalid` for a file that is no recorded run. */
const readRecord = (text: string, file: string): Record => {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    value = null;
  }
  const events = isObject(value) ? own(value, 'events') : undefined;
  if (!isObject(value) || !Array.isArray(events) || !events.every(isEvent))
    throw new SpillwayError(
      'config_invalid',
      `${file} is no recorded run; save what GET /spillway/runs/ID answers.`,
    );
  const [query, inputs] = [own(value, 'query'), own(value, 'inputs')];
  return {
    query: typeof query === 'string' ? query : '',
    inputs: isObject(inputs) ? inputs : {},
    events: events as unknown as readonly RunEvent[],
  };
};

const isEvent = (event: Json): boolean => isObject(event) && typeof own(event, 'type') === 'string';

const playAgain = async ({
  text,
  file,
  record,
  sandbox,
}: {
  readonly text: string;
  readonly file: string;
  readonly record: Record;
  readonly sandbox: Sandbox;
}): Promise<string[]> => {
  const types = replayTypes(record.events);
  const app = withoutRetries(parseApp(text, file));
  const flow = prepareFlow(app, { types, resolveModel: ({ name }) => name });
  const events: RunEvent[] = [];
  const run = runFlow(flow, {
    query: record.query,
    inputs: record.inputs,
    services: {
      async *chat() {
        throw new SpillwayError('node_failed', 'A replay asks no model.');
      },
      renderJinja: (job, signal) => sandbox.renderJinja(job, signal),
      runCode: (job, signal) => sandbox.runCode(job, signal),
    },
    clock: systemClock,
    ids: { run: newCallId() },
    ...beginningOf(record.events),
  });
  for await (const event of run) events.push(event);
  return differences(shapeOf(record.events), shapeOf(events));
};
