import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { CodeFetch } from '#sandbox/code-http.ts';
import { createSandbox } from '#sandbox/sandbox.ts';

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const { method, url, headers } = req;
    if (url === '/never') return;
    const body = Buffer.concat(chunks).toString();
    res.writeHead(url === '/missing' ? 404 : 200, { 'X-Seen': 'yes' });
    res.end(
      JSON.stringify({ method, url, body, type: headers['content-type'], é: headers['x-a'] }),
    );
  });
});
let base: string;
const sandbox = createSandbox(systemClock, { codeMs: 30_000, processes: 1 });
const hasty = createSandbox(systemClock, { codeMs: 2_000, processes: 1 });
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([sandbox.close(), hasty.close()]);
});

let asked = 0;
/** What a guard would let through, and what it would not. */
const plain: CodeFetch = async ({ url, body, ...request }, signal) => {
  asked++;
  if (url.includes('169.254'))
    throw new SpillwayError('node_failed', '169.254.169.254 is on a private network.');
  const init = body === undefined ? request : { ...request, body: Buffer.from(body) };
  const reply = await fetch(url, { ...init, signal });
  const headers = Object.fromEntries(reply.headers);
  return { status: reply.status, headers, body: new Uint8Array(await reply.arrayBuffer()) };
};

const open = new AbortController().signal;
const run = (
  language: 'javascript' | 'python3',
  code: string,
  { inputs = { base }, mayAsk = true, in: box = sandbox } = {},
) => box.runCode({ language, code, inputs }, open, { ...(mayAsk && { fetch: plain }) });

/** An interpreter takes seconds to start, many on a busy machine. */
const SLOW = { timeout: 120_000 };

describe('JavaScript', () => {
  test('asks, several at once, and reads what comes', SLOW, async () => {
    const code = `async function main({ base }) {
      const post = { method: 'post', body: 'é\\u{1f600}', headers: { 'X-A': 1, 'content-type': 'text/plain' } };
      const [one, two] = await Promise.all([fetch(base + '/a', post), fetch(base + '/missing')]);
      return { one: await one.json(), ok: two.ok, status: two.status, seen: two.headers.get('X-Seen') };
    }`;
    expect(await run('javascript', code)).toEqual({
      one: { method: 'POST', url: '/a', body: 'é😀', type: 'text/plain', é: '1' },
      ok: false,
      status: 404,
      seen: 'yes',
    });
  });

  test.each([
    ['fetch("http://169.254.169.254/")', 'is on a private network'],
    ['fetch("file:///etc/passwd")', 'must begin with http:// or https://'],
    ['fetch("http://x/", { method: "A B" })', 'it has no method'],
  ])('%s fails, and says why', SLOW, async (call, said) => {
    const caught = `async function main() { try { await ${call}; } catch (e) { return String(e); } }`;
    expect(await run('javascript', caught)).toContain(said);
    await expect(run('javascript', `const main = async () => ${call};`)).rejects.toThrow(said);
  });

  test('so many requests, and no more; what nobody waits for does not stay', SLOW, async () => {
    const code = `async function main({ base }) {
      const all = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => fetch(base + '/' + i)));
      return all.filter(({ status }) => status === 'fulfilled').length;
    }`;
    expect(await run('javascript', code)).toBe(50);
    const left = `async function main({ base }) { void fetch(base + '/never'); return 1; }`;
    expect(await run('javascript', left)).toBe(1);
    expect(await run('javascript', 'const main = () => 2;')).toBe(2);
  });

  test('a loop that asks and asks is refused where it is, not where others are', SLOW, async () => {
    const messages = vi.spyOn(Worker.prototype, 'emit');
    const code = `async function main() {
      const all = [];
      for (let i = 0; i < 500; i++) all.push(fetch('nothing'));
      const [last] = (await Promise.allSettled(all)).slice(-1);
      return String(last.reason);
    }`;
    const many = 'TypeError: fetch failed: Code may send 50 requests.';
    expect(await run('javascript', code)).toBe(many);
    const heard = messages.mock.calls.filter(
      ([name, said]) => name === 'message' && (said as { kind?: string }).kind === 'ask',
    );
    messages.mockRestore();
    expect(heard).toHaveLength(50);
  });

  test(
    'what many answers bring together is counted before one of them is whole',
    SLOW,
    async () => {
      let most = 0;
      let bytes = 0;
      const endless: CodeFetch = async ({ count }, signal) => {
        for (let i = 0; i < 100; i++) {
          await new Promise((resolve) => void setImmediate(resolve));
          signal.throwIfAborted();
          most = Math.max(most, (bytes += 2 ** 20));
          count?.(2 ** 20);
        }
        throw new Error('whole');
      };
      const code = `async function main() {
      const all = await Promise.allSettled(Array.from({ length: 50 }, () => fetch('http://x/')));
      return all.filter(({ reason }) => /may read 16777216 bytes/.test(reason)).length;
    }`;
      const job = { language: 'javascript', code, inputs: {} } as const;
      expect(await sandbox.runCode(job, open, { fetch: endless })).toBe(50);
      expect(most).toBeLessThanOrEqual((16 + 50) * 2 ** 20);
    },
  );

  test('a request that is too long stays where it is', SLOW, async () => {
    const code = `const main = () => fetch('http://' + 'x'.repeat(7e6));`;
    await expect(run('javascript', code)).rejects.toThrow('it is too large');
  });

  test('an answer that never comes ends with the program’s time', SLOW, async () => {
    const code = `const main = ({ base }) => fetch(base + '/never');`;
    await expect(run('javascript', code, { in: hasty })).rejects.toMatchObject({ code: 'timeout' });
  });

  test('nothing of it is there where the network may not be asked', async () => {
    const code = 'const main = () => [typeof fetch, typeof __http];';
    expect(await run('javascript', code, { mayAsk: false })).toEqual(['undefined', 'undefined']);
    expect(await run('javascript', code)).toEqual(['function', 'undefined']);
  });
});

describe('Python', () => {
  test('asks with requests', SLOW, async () => {
    const code = `
import requests
def main(base):
    one = requests.post(base + "/a", json={"é": 1}, params={"q": "x y"}, headers={"X-A": "1"})
    two = requests.get(base + "/missing", timeout=5)
    with requests.Session() as session:
        three = session.put(base + "/b", data={"k": "v"})
    try:
        two.raise_for_status()
        said = ""
    except requests.exceptions.HTTPError as error:
        said = type(error).__name__
    return {"one": one.json(), "status": two.status_code, "seen": two.headers["X-Seen"], "said": said, "three": three.json()["type"]}
`;
    expect(await run('python3', code)).toEqual({
      one: {
        method: 'POST',
        url: '/a?q=x+y',
        body: JSON.stringify({ é: 1 }).replace('é', '\\u00e9').replace(':', ': '),
        type: 'application/json',
        é: '1',
      },
      status: 404,
      seen: 'yes',
      said: 'HTTPError',
      three: 'application/x-www-form-urlencoded',
    });
  });

  test('a private address, a broken line, and no network', SLOW, async () => {
    const get = (url: string) =>
      `import requests\ndef main(base):\n  return requests.get("${url}").text`;
    await expect(run('python3', get('http://169.254.169.254/'))).rejects.toThrow('private network');
    await expect(run('python3', get('ftp://x/'))).rejects.toThrow('must begin with http');
    const raw = `def main(base):
  with open("/dev/http", "r+b", buffering=0) as way:
    way.write(b"nonsense\\n")
    return way.read(65536).decode()`;
    expect(await run('python3', raw)).toContain('cannot be sent: it is none');
    const none = run('python3', get('http://x/'), { mayAsk: false });
    await expect(none).rejects.toThrow('cannot ask the network');
    expect(await run('python3', 'def main(base):\n  return 1')).toBe(1);
  });

  test('a program that leaves a question behind takes its interpreter along', SLOW, async () => {
    const before = asked;
    const left = `def main(base):
  with open("/dev/http", "r+b", buffering=0) as way:
    way.write(('{"method": "GET", "url": "' + base + '/never"}\\n').encode())
  return 1`;
    expect(await run('python3', left)).toBe(1);
    expect(
      await run(
        'python3',
        'import requests\ndef main(base):\n  return requests.get(base + "/next").json()["url"]',
      ),
    ).toBe('/next');
    expect(asked).toBeGreaterThanOrEqual(before + 1);
  });

  test.each([
    ['an answer that it does not read', 'way.write(b"nonsense\\n"); time.sleep(0.1)'],
    ['half a question', 'way.write(b"half")'],
  ])('a program that leaves %s does not leave it to the next', SLOW, async (_, leave) => {
    const left = `import time\ndef main(base):
  with open("/dev/http", "r+b", buffering=0) as way:
    ${leave}
  return 1`;
    expect(await run('python3', left)).toBe(1);
    const next =
      'import requests\ndef main(base):\n  return requests.get(base + "/next").json()["url"]';
    expect(await run('python3', next)).toBe('/next');
  });

  test.each([
    ['a question without an end', 'way.write(bytes(1000000))'],
    ['questions whose answers it does not read', 'way.write(b"nonsense\\n" * 9)'],
  ])('a program that writes %s is ended', SLOW, async (_, write) => {
    const code = `def main(base):
  with open("/dev/http", "r+b", buffering=0) as way:
    for _ in range(20):
      ${write}
  return 1`;
    await expect(run('python3', code)).rejects.toThrow('The code broke what runs it.');
  });

  test('an answer that never comes ends with the program’s time', SLOW, async () => {
    const code = 'import requests\ndef main(base):\n  return requests.get(base + "/never").text';
    await expect(run('python3', code, { in: hasty })).rejects.toMatchObject({ code: 'timeout' });
  });
});
