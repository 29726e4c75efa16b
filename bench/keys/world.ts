import { configOf, deployment, startGateway } from '../../test/kit/gateway.ts';
import {
  type Script,
  sendEvents,
  sendJson,
  startUpstream,
  STREAM,
  WHOLE,
} from '../../test/kit/upstream.ts';

/** A dollar for each token that goes in, and two for each that comes out: an answer costs nine. */
const pricing = {
  provider: 'nobody',
  model: 'm',
  own: { input: { nanos: 1e15 }, output: { nanos: 2e15 } },
};

/** Answers after a while that differs, and fails now and then. */
const script: Script = async (call, res) => {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  if (Math.random() < 0.1) return sendJson(res, 500, { error: { message: 'no' } });
  if (call.body['stream'] !== true) return sendJson(res, 200, WHOLE);
  sendEvents(res, STREAM);
  res.end();
};

export const startWorld = async () => {
  const upstream = await startUpstream(script);
  const rows = [deployment('PJ1', upstream.url, { pricing })];
  const gateway = await startGateway(configOf(rows), undefined, { keeps: true });
  const generate = async (fields: object): Promise<{ key: string; token: string }> => {
    const reply = await gateway.post('/key/generate', fields);
    return (await reply.json()) as { key: string; token: string };
  };
  /** One call, which its caller may break off. */
  const call = async (key: string, body: object, leavesMs?: number): Promise<number> => {
    try {
      const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: 'gpt-4.1', messages: [], ...body }),
        ...(leavesMs !== undefined && { signal: AbortSignal.timeout(leavesMs) }),
      });
      await reply.text();
      return reply.status;
    } catch {
      return 499;
    }
  };
  return {
    gateway,
    generate,
    call,
    close: async () => {
      await gateway.close();
      await upstream.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Nothing is under way any more. */
export const settled = async ({ gateway }: World): Promise<void> => {
  while (gateway.gateway.lifecycle.underWay > 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
};
