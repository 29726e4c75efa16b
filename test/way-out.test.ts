import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, type Server, type Socket, connect } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inCheckout, read } from './kit/files.ts';
import { MASTER_KEY } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { WHOLE } from './kit/upstream.ts';

/** A certificate that nobody has signed, for vendor.test and 127.0.0.1, and its key. */
const PEM = 'src/upstream/fixtures/self-signed.pem';

let folder: string;
let files = 0;
let vendorPort: number;
let proxyPort: number;
const asked: (string | undefined)[] = [];
const servers: Server[] = [];
const sockets = new Set<Socket>();

const listen = async (server: Server): Promise<number> => {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-way-out-'));
  const pem = read(PEM);
  vendorPort = await listen(
    createHttps({ cert: pem, key: pem }, (_, res) => res.end(JSON.stringify(WHOLE))),
  );
  const proxy = createHttp();
  proxy.on('connect', ({ url }, socket: Socket) => {
    asked.push(url);
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const vendor = connect(vendorPort, '127.0.0.1');
    socket.pipe(vendor).pipe(socket);
    for (const end of [socket, vendor]) end.on('error', () => socket.destroy());
  });
  proxyPort = await listen(proxy);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

/** One call through the program as it runs: status, text and what it said on standard error. */
const callThrough = async (settings: string, host: string, env: Record<string, string>) => {
  const file = join(folder, `${++files}.yaml`);
  writeFileSync(
    file,
    `model_list:
  - model_name: m
    litellm_params: {model: openai/m, api_base: 'https://${host}/v1', api_key: sk-canary-key}
general_settings: {master_key: ${MASTER_KEY}}
litellm_settings: {num_retries: 0${settings}}
`,
  );
  const program = spillway(['--config', file, '--port', '0', '--host', '127.0.0.1'], env);
  const reply = await fetch(`${await program.ready()}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({ model: 'm', messages: [] }),
  });
  const text = await reply.text();
  const { err } = await program.stop();
  return { status: reply.status, text, err };
};

describe.concurrent('the way out', () => {
  test('leads through the proxy of the environment, trusting a CA of the environment', async () => {
    const host = `vendor.test:${vendorPort}`;
    const { status, text } = await callThrough('', host, {
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      SSL_CERT_FILE: inCheckout(PEM),
    });
    expect({ status, text }).toEqual({ status: 200, text: JSON.stringify(WHOLE) });
    expect(asked).toContain(host);
  });

  test('leaves the proxy aside where NO_PROXY says so', async () => {
    const { status, text } = await callThrough('', 'elsewhere.test:1', {
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NO_PROXY: 'elsewhere.test',
    });
    expect(status).toBe(502);
    expect(text).toMatch(/could not be reached \((?:ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT)\)/);
    expect(text).not.toContain('elsewhere');
    expect(asked.join()).not.toContain('elsewhere');
  });

  test('trusts a CA that the config names', async () => {
    const { status } = await callThrough(
      `, ssl_verify: '${inCheckout(PEM)}'`,
      `127.0.0.1:${vendorPort}`,
      {},
    );
    expect(status).toBe(200);
  });

  test('refuses a certificate that nobody vouches for, and says what to do', async () => {
    const { status, text, err } = await callThrough('', `127.0.0.1:${vendorPort}`, {});
    expect(status).toBe(502);
    expect(text).toContain('litellm_settings.ssl_verify');
    expect(text + err).not.toMatch(/canary|127\.0\.0\.1:\d{4,}\/v1/);
  });

  test('does not check where it was told not to, and says so at its start', async () => {
    const { status, err } = await callThrough(', ssl_verify: false', `127.0.0.1:${vendorPort}`, {});
    expect(status).toBe(200);
    expect(err).toContain('NOT checked (ssl_verify: false)');
  });
});
