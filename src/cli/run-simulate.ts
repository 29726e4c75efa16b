import { readFile } from '#cli/read-file.ts';
import { untilStopped } from '#cli/until-stopped.ts';
import { processEnvironment } from '#server/env.ts';
import { realWorld } from '#server/world.ts';
import { defaultSimulatorConfig, readSimulatorConfig } from '#simulator/config.ts';
import { FAULTS } from '#simulator/faults/index.ts';
import { createSimulator } from '#simulator/simulator.ts';

export interface SimulateOptions {
  readonly port: number;
  readonly host: string;
  readonly config?: string;
}

/** Simulates until it is told to stop. */
export const runSimulate = async (options: SimulateOptions): Promise<void> => {
  const { port, host, config: file } = options;
  const config =
    file === undefined ? defaultSimulatorConfig : readSimulatorConfig(await readFile(file), file);
  const simulator = createSimulator({ config, ...realWorld(processEnvironment(), {}) });
  const { url } = await simulator.listen({ port, host });
  const keys = config.projects.map(({ id, key }) => `  ${id}  ${key}`);
  process.stdout.write(`Simulated projects and their keys:\n${keys.join('\n')}\n`);
  process.stdout.write(`base URL ${url}/v1, a table at ${url}/simulator\nready ${url}\n`);
  await untilStopped(() => simulator.close());
};

const FAULTS_HELP = `
Every fault may also say whom it meets and when:
  p: 0.1                      one call in ten; every one unless said
  at_s: 30, dur_s: 20         from half a minute on, for 20 s; at once and for good unless said
  times: 1                    over after one call
  projects: [one], models: [gpt-4.1], stream: true
A call meets one fault at most: the first of the list that applies.
`;

/** What can go wrong, kind by kind. */
export const listFaults = (): void => {
  const kinds = FAULTS.map(({ name, about, example }) => `${name}: ${about}\n  ${example}\n`);
  process.stdout.write(kinds.join('') + FAULTS_HELP);
};
