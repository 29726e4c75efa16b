import { expect, it } from 'vitest';
import { mayReach } from '#server/may-reach.ts';
import { deployment } from './kit/gateway.ts';

it('lets a vendor’s own name lead outside only, and one of the config anywhere', () => {
  const { apiBase: _, ...common } = deployment('PJ1', '');
  const own = { ...deployment('PJ2', 'http://models.internal/v1'), provider: 'groq' };
  const reaches = mayReach({ deployments: [common, own] });
  expect(reaches('api.openai.com', '104.18.7.192')).toBe(true);
  for (const inside of ['10.0.0.7', '127.0.0.1', '169.254.169.254', '::1', 'fd00::1'])
    expect(reaches('api.openai.com', inside)).toBe(false);
  expect(reaches('models.internal', '10.0.0.7')).toBe(true);
});
