import { readFile } from 'node:fs/promises';
import type { LoadedConfig } from '#config/loaded.ts';
import { newSecretKey } from '#core/ids.ts';
import { type Environment, environmentOf } from '#server/env.ts';
import type { World } from '#server/gateway.ts';
import { loadConfigText } from '#server/load-config.ts';
import { defaultSimulatorConfig } from '#simulator/config.ts';
import { type Simulator, createSimulator } from '#simulator/simulator.ts';

/** Examples lie beside `src` in a checkout and beside `dist` in a package. */
const examples = new URL('../../examples/', import.meta.url);

const CONFIG = 'litellm_config.yaml';
const CHATFLOW = 'six-branches.yml';

export interface DemoWorld {
  readonly simulator: Simulator;
  readonly simulatorUrl: string;
  readonly config: LoadedConfig;
  readonly configText: string;
  /** The demonstration's own: nothing of the real environment, no real key, can enter it. */
  readonly environment: Environment;
  readonly masterKey: string;
  readonly chatflow: { readonly file: string; readonly text: string };
  close(): Promise<void>;
}

/** A simulated vendor on a free port, and the example config pointed at it. */
export const startDemoWorld = async (world: World): Promise<DemoWorld> => {
  const simulator = createSimulator({ config: defaultSimulatorConfig, ...world });
  const { url } = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const masterKey = newSecretKey();
  const keys = defaultSimulatorConfig.projects.map(({ key }, i) => [
    `OPENAI_API_KEY_PJ${i + 1}`,
    key,
  ]);
  const environment = environmentOf({
    ...Object.fromEntries(keys),
    OPENAI_BASE_URL: `${url}/v1`,
    LITELLM_MASTER_KEY: masterKey,
  });
  const text = await readFile(new URL(CONFIG, examples), 'utf8');
  const file = `examples/${CONFIG}`;
  return {
    simulator,
    simulatorUrl: url,
    config: loadConfigText(text, { file, environment }),
    configText: text,
    environment,
    masterKey,
    chatflow: {
      file: `examples/${CHATFLOW}`,
      text: await readFile(new URL(CHATFLOW, examples), 'utf8'),
    },
    close: () => simulator.close(),
  };
};
