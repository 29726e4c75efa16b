import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { closedAfterEach } from '../kit/closing.ts';
import { inCheckout, read } from '../kit/files.ts';
import { configOf, deployment, startGateway } from '../kit/gateway.ts';
import { WHOLE, answer, startUpstream } from '../kit/upstream.ts';
import { WAYS } from './kit.ts';

const closing = closedAfterEach();

const pemOf = (name: string): string => `src/upstream/fixtures/${name}.pem`;
const TLS_1_0 = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1',
  ciphers: 'DEFAULT@SECLEVEL=0',
} as const;

/** A vendor with a certificate that its caller trusts but for what is wrong, and one without TLS. */
const world = async (pem: string, { tls = {}, isTrusted = true } = {}) => {
  const text = read(pemOf(pem));
  let calls = 0;
  const vendor = createServer({ cert: text, key: text, ...tls }, (_, res) => {
    calls++;
    res.end(JSON.stringify(WHOLE));
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  closing.push(async () => void vendor.close());
  const good = await startUpstream(answer);
  closing.push(() => good.close());
  const url = `https://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1`;
  const rows = [deployment('PJ1', url, { order: 1 }), deployment('PJ2', good.url, { order: 2 })];
  const caFile = isTrusted ? { caFile: inCheckout(pemOf(pem)) } : {};
  const gateway = await startGateway(configOf(rows, { tls: { verify: true, ...caFile } }));
  closing.push(() => gateway.close());
  return { gateway, calls: () => calls };
};

describe.each(WAYS)('%s: a certificate', (_, stream) => {
  test.each([
    ['has expired', 'expired', {}, /CERT_HAS_EXPIRED/],
    ['is for another name', 'other-name', {}, /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['is from nobody known', 'self-signed', { isTrusted: false }, /litellm_settings\.ssl_verify/],
    [
      'comes by a protocol that is too old',
      'self-signed',
      { tls: TLS_1_0 },
      /must speak 1\.2 at least/,
    ],
  ])('30 that %s is a 502, and another deployment answers', async (_what, pem, how, why) => {
    const { gateway, calls } = await world(pem, how);
    const reply = await gateway.chat({ stream });
    await reply.text();
    expect([reply.status, reply.headers.get('x-spillway-deployment')]).toEqual([200, 'PJ2']);
    const alone = await gateway.chat({ stream, model: 'id-PJ1', num_retries: 0 });
    const text = await alone.text();
    expect([alone.status, text]).toEqual([502, expect.stringMatching(why)]);
    expect(text).not.toMatch(/127\.0\.0\.1|sk-secret/);
    expect(calls()).toBe(0);
  });
});
