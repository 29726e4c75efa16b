import { systemClock } from '#core/clock.ts';
import { systemRandom } from '#core/random.ts';
import type { RunEvent } from '#flow/events.ts';
import { environmentOf } from '#server/env.ts';
import { createGateway } from '#server/gateway.ts';
import { loadConfigText } from '#server/load-config.ts';
import { createLog } from '#server/log.ts';
import { openFlow } from '#server/open-flow.ts';
import { type PlayedOptions, startPlayedModel } from './upstream.ts';

/** A flow whose model calls go through a whole gateway and a real connection. */
const open = async (text: string, options: PlayedOptions) => {
  const model = await startPlayedModel(options);
  const environment = environmentOf({});
  const row = {
    model_name: 'm',
    litellm_params: {
      model: 'm',
      custom_llm_provider: 'openai',
      api_base: model.url,
      api_key: 'k',
    },
  };
  const config = loadConfigText(JSON.stringify({ model_list: [row] }), {
    file: 'bench.yaml',
    environment,
  });
  const log = createLog({ level: 'error', readable: false });
  const world = { clock: systemClock, random: systemRandom, log, environment, version: 'bench' };
  const gateway = createGateway(config, world);
  const flow = openFlow({ text, file: 'bench.yml', config });
  return {
    model,
    run: () => flow.run({ gateway, query: 'Hi', clock: systemClock }),
    close: async () => {
      await gateway.close();
      await model.close();
    },
  };
};

/** How long it took, ms, and when its first word came that a model said. Throws where the run fails. */
const runOnce = async (
  events: AsyncIterable<RunEvent>,
): Promise<{ readonly ms: number; readonly firstAt: number }> => {
  const began = performance.now();
  let firstAt = Infinity;
  let last: RunEvent | undefined;
  for await (const event of events) {
    if (event.type === 'answer-delta') firstAt = Math.min(firstAt, performance.now());
    last = event;
  }
  if (last?.type !== 'run-finish' || last.status !== 'succeeded')
    throw new Error(`The run failed: ${JSON.stringify(last)}`);
  return { ms: performance.now() - began, firstAt };
};

/** From a model's first word to the answer's, ms: the least of several runs. */
export const firstWordMs = async (text: string): Promise<number> => {
  const { model, run, close } = await open(text, { answerMs: 50 });
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    const { firstAt } = await runOnce(run());
    least = Math.min(least, firstAt - (model.firstAt.at(-1) ?? -Infinity));
  }
  await close();
  return least;
};

/** So many runs at once, to one alone. */
export const crowdFactor = async (text: string, runs: number): Promise<number> => {
  const { run, close } = await open(text, { answerMs: 1000 });
  await runOnce(run());
  const { ms: alone } = await runOnce(run());
  const began = performance.now();
  await Promise.all(Array.from({ length: runs }, () => runOnce(run())));
  const together = performance.now() - began;
  await close();
  return together / alone;
};

/** Of two runs whose calls do not fit into one window of the vendor's: how many failed, and how long they took. */
export const scarce = async (
  text: string,
): Promise<{ readonly failed: number; readonly s: number }> => {
  const limit = { calls: 4, windowMs: 2000 };
  const { run, close } = await open(text, { answerMs: 50, limit });
  const began = performance.now();
  const ends = await Promise.allSettled([runOnce(run()), runOnce(run())]);
  const s = (performance.now() - began) / 1000;
  const failed = ends.filter(({ status }) => status === 'rejected').length;
  for (const end of ends) if (end.status === 'rejected') console.error(String(end.reason));
  await close();
  return { failed, s };
};
