import { readFile } from '#cli/read-file.ts';
import { untilStopped } from '#cli/until-stopped.ts';
import { processEnvironment } from '#server/env.ts';
import { realWorld } from '#server/world.ts';
import { defaultSimulatorConfig, readSimulatorConfig } from '#simulator/config.ts';
import { createSimulator } from '#simulator/simulator.ts';

/** Simulates until it is told to stop. */
export const runSimulate = async (options: {
  readonly port: number;
  readonly host: string;
  readonly config?: string;
}): Promise<void> => {
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
