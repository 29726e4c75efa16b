import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { closedAfterEach } from '../kit/closing.ts';
import { MASTER_KEY } from '../kit/gateway.ts';
import { answer, startUpstream } from '../kit/upstream.ts';
import { WAYS, faultlessWorlds } from './kit.ts';

const closing = closedAfterEach();
const world = faultlessWorlds();

const PROXIES = {
  forwarded: 'for=10.0.0.1;host=inside.test',
  'x-forwarded-for': '10.0.0.1',
  'x-forwarded-host': 'inside.test',
  'x-forwarded-proto': 'https',
  'x-real-ip': '10.0.0.1',
  via: '1.1 inside.test',
  'proxy-authorization': 'Basic eDp5',
  'x-http-method-override': 'DELETE',
  te: 'trailers',
  'x-named-by-connection': 'a',
  cookie: 'session=1',
};

test.each(WAYS)('53 %s: headers for proxies and a false Host go no further', async (_, stream) => {
  const { upstream, gateway } = await world();
  const asked = request(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      ...PROXIES,
      host: 'inside.test',
      connection: 'close, x-named-by-connection',
      authorization: `Bearer ${MASTER_KEY}`,
    },
  });
  asked.end(JSON.stringify({ model: 'gpt-4.1', messages: [], stream }));
  const [reply] = (await once(asked, 'response')) as [
    NodeJS.ReadableStream & { statusCode: number },
  ];
  await text(reply);
  expect(reply.statusCode).toBe(200);
  const { headers } = upstream.calls[0]!;
  expect(Object.keys(headers).filter((name) => Object.hasOwn(PROXIES, name))).toEqual([]);
  expect(headers.host).toBe(new URL(upstream.url).host);
});

test.each(WAYS)(
  '55 %s: a picture at an address inside is fetched by nobody here',
  async (_, stream) => {
    const { upstream, gateway } = await world();
    const inside = await startUpstream(answer);
    closing.push(() => inside.close());
    const urls = [`${inside.url}/a.png`, 'file:///etc/passwd', 'http://169.254.169.254/latest'];
    const content = urls.map((url) => ({ type: 'image_url', image_url: { url } }));
    const messages = [{ role: 'user', content }];
    const reply = await gateway.chat({ stream, messages });
    await reply.text();
    expect(reply.status).toBe(200);
    expect(inside.calls).toEqual([]);
    expect(upstream.calls[0]!.body).toMatchObject({ messages });
  },
);
