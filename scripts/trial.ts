import { startProgram, type Command } from './program.ts';

const MASTER_KEY = 'sk-trial';

/** What examples/litellm_config.yaml reads, with the simulator of `spillway simulate` as upstream. */
export const trialEnvironment = (upstream: string): Record<string, string> => ({
  LITELLM_MASTER_KEY: MASTER_KEY,
  OPENAI_BASE_URL: `${upstream}/v1`,
  OPENAI_API_KEY_PJ1: 'sk-sim-project-1',
  OPENAI_API_KEY_PJ2: 'sk-sim-project-2',
  OPENAI_API_KEY_PJ3: 'sk-sim-project-3',
});

export interface Trial {
  readonly simulate: Command;
  /** The gateway's command, given the upstream's URL. */
  readonly serve: (upstream: string) => Command;
  /** More to ask of the gateway while it serves. */
  readonly also?: (url: string) => Promise<void>;
}

/** One request through a gateway to a simulated upstream; throws when anything is not as it should be. */
export const tryOut = async ({ simulate, serve, also }: Trial): Promise<void> => {
  const upstream = await startProgram(simulate);
  try {
    const gateway = await startProgram(serve(upstream.url));
    const url = gateway.url.replace('0.0.0.0', '127.0.0.1');
    try {
      console.log(`answered by ${await ask(url)}`);
      await also?.(url);
    } finally {
      await gateway.stop();
    }
  } finally {
    await upstream.stop();
  }
};

/** Asks for a completion; returns the deployment that served it. */
const ask = async (url: string): Promise<string> => {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'ping' }] }),
  });
  const body = await reply.text();
  const { object } = JSON.parse(body) as { object?: string };
  if (reply.status !== 200 || object !== 'chat.completion')
    throw new Error(`${url} answered ${reply.status}: ${body}`);
  return reply.headers.get('x-spillway-deployment') ?? 'no deployment that it would name';
};
