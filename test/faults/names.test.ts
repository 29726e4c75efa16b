import { expect, test } from 'vitest';
import { closedAfterEach } from '../kit/closing.ts';
import { configOf, deployment, startGateway } from '../kit/gateway.ts';
import { answer, startUpstream } from '../kit/upstream.ts';

const closing = closedAfterEach();

test.each([false, true])(
  '31 a name that nobody knows is a 502, and another deployment answers',
  async (stream) => {
    const upstream = await startUpstream(answer);
    closing.push(() => upstream.close());
    const nowhere = deployment('PJ1', 'http://nobody.invalid/v1', { order: 1 });
    const gateway = await startGateway(
      configOf([nowhere, deployment('PJ2', upstream.url, { order: 2 })]),
    );
    closing.push(() => gateway.close());
    expect((await gateway.chat({ stream })).headers.get('x-spillway-deployment')).toBe('PJ2');
    const alone = await gateway.chat({ stream, model: 'id-PJ1', num_retries: 0 });
    expect(alone.status).toBe(502);
    const text = await alone.text();
    expect(text).toContain('could not be reached');
    expect(text).not.toContain('nobody.invalid');
  },
);
