import { flowReport } from '#cli/flow-report.ts';
import { play } from '#cli/play.ts';
import { readConfig } from '#cli/read-config.ts';
import { readFile } from '#cli/read-file.ts';
import type { RunCommandOptions } from '#cli/run.ts';
import { systemClock } from '#core/clock.ts';
import type { RunEvent } from '#flow/events.ts';
import { startDemoWorld } from '#server/demo-world.ts';
import { processEnvironment } from '#server/env.ts';
import { createGateway } from '#server/gateway.ts';
import { openFlow } from '#server/open-flow.ts';
import { realWorld } from '#server/world.ts';

/** Runs one flow; the process ends with status 1 when the run fails. */
export const runRun = async (file: string, options: RunCommandOptions): Promise<void> => {
  const environment = processEnvironment();
  const world = realWorld(environment, { level: 'error' });
  const demo = options.config === undefined ? await startDemoWorld(world) : undefined;
  try {
    const config = demo?.config ?? (await readConfig(options.config!, environment));
    const gateway = createGateway(config, {
      ...world,
      ...(demo && { environment: demo.environment }),
    });
    const flow = openFlow({ text: await readFile(file), file, config });
    for (const note of flow.notes) process.stderr.write(`${note}\n`);
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const events = flow.run({
      gateway,
      query: options.query,
      inputs: { ...options.input },
      signal: stop.signal,
      clock: systemClock,
    });
    const seen = options.json ? await collected(events) : await play(events, process.stdout);
    if (options.json) process.stdout.write(`${JSON.stringify(flowReport(seen), undefined, 2)}\n`);
    if (seen.at(-1)?.type === 'run-finish' && !succeeded(seen)) process.exitCode = 1;
    await gateway.close();
  } finally {
    await demo?.close();
  }
};

const collected = async (events: AsyncIterable<RunEvent>): Promise<RunEvent[]> => {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
};

const succeeded = (events: readonly RunEvent[]): boolean =>
  events.some((event) => event.type === 'run-finish' && event.status === 'succeeded');
