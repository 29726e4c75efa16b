import { afterAll, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { createSandbox } from '#sandbox/sandbox.ts';

const sandbox = createSandbox(systemClock, { codeMs: 30_000, processes: 2 });
afterAll(() => sandbox.close());

const open = new AbortController().signal;
const run = (code: string, inputs = {}, signal = open, owner = 'one') =>
  sandbox.runCode({ language: 'python3', code, inputs }, signal, { owner });

/** An interpreter takes seconds to start, many on a busy machine. */
const SLOW = { timeout: 120_000 };

test('a program returns what it makes of its inputs', SLOW, async () => {
  const code = 'def main(a, b):\n  return {"sum": a + b, "text": "é", "none": None}';
  expect(await run(code, { a: 1, b: 2 })).toEqual({ sum: 3, text: 'é', none: null });
  const library =
    'import re, json, math, datetime\ndef main():\n  return {"a": re.sub("a", "b", "aa")}';
  expect(await run(library)).toEqual({ a: 'bb' });
});

test.each([
  ['def main(:', 'SyntaxError'],
  ['def main():\n  return 1/0', 'ZeroDivisionError: division by zero'],
  ['x = 1', 'There is no function main.'],
  ['def main():\n  return {"a": {1, 2}}', 'not JSON serializable'],
  ['def main():\n  return open("/etc/passwd").read()', 'FileNotFoundError'],
  ['import subprocess\ndef main():\n  return subprocess.run(["ls"])', 'Error'],
  ['import os\ndef main():\n  return os.fork()', 'Error'],
  ['import js\ndef main():\n  return str(js.process)', 'AttributeError: process'],
  ['from pyodide.code import run_js\ndef main():\n  return run_js("1")', 'cannot import name'],
  [
    'import urllib.request as u\ndef main():\n  return u.urlopen("http://127.0.0.1:1").read()',
    'Error',
  ],
  ['import numpy\ndef main():\n  return 1', "No module named 'numpy'"],
])('%j fails, and says why', SLOW, async (code, message) => {
  await expect(run(code)).rejects.toThrow(message);
});

test.each([
  'return typeof process',
  'process.kill(process.ppid, 0)',
  'return process.getBuiltinModule("net").connect(1, "127.0.0.1")',
  'return fetch("http://127.0.0.1:1")',
])('a constructor of functions makes none of %j', SLOW, async (text) => {
  const code = [
    'import pyodide_js',
    'from pyodide.ffi import to_js',
    'def main(text):',
    '  said = []',
    '  for value in (pyodide_js, to_js([1]), to_js({"a": 1}), pyodide_js.FS.open):',
    '    try:',
    '      said.append(str(value.constructor.constructor(text)()))',
    '    except BaseException as error:',
    '      said.append("no: " + str(error))',
    '  return said',
  ].join('\n');
  const no = expect.stringMatching(/^no: .*Code generation from strings disallowed/);
  expect(await run(code, { text })).toEqual([no, no, no, no]);
});

test.each([0, 1, 2, 3])('descriptor %d of its process is out of its reach', SLOW, async (nfd) => {
  const code = [
    'import json, pyodide_js',
    'from pyodide.ffi import to_js',
    'def main(nfd):',
    '  stream = pyodide_js.constructor.fromEntries(to_js([["nfd", nfd]]))',
    '  files = pyodide_js.FS.filesystems.NODEFS.stream_ops',
    '  line = (json.dumps({"json": "2"}) + chr(10)).encode()',
    '  said = []',
    '  for way in (files.write, files.read):',
    '    try:',
    '      said.append(way(stream, to_js(line), 0, len(line), None))',
    '    except BaseException as error:',
    '      said.append(str(error))',
    '  return said',
  ].join('\n');
  const no = 'Error: This is not there.';
  expect(await run(code, { nfd })).toEqual([no, no]);
});

test.each([
  ['import json\ndef main():\n  return float("nan")', 'is not valid JSON'],
  [
    'import json\nreal = json.dumps\ndef deep(*_, **__):\n  json.dumps = real\n  return "[" * 10**6 + "]" * 10**6\njson.dumps = deep\ndef main():\n  return 1',
    'may nest 100 deep at most',
  ],
])('%j is the failure of its node', SLOW, async (code, message) => {
  await expect(run(code)).rejects.toMatchObject({
    code: 'node_failed',
    message: expect.stringContaining(message),
  });
});

test('files of its own count as memory', SLOW, async () => {
  const code = [
    'def main():',
    '  with open("/tmp/a", "wb") as file:',
    '    for _ in range(1500):',
    '      file.write(bytes(1000000))',
    '  return 1',
  ].join('\n');
  await expect(run(code)).rejects.toMatchObject({ code: 'too_large' });
  expect(await run('def main():\n  return 1')).toBe(1);
});

test('nothing of this machine is in its environment', SLOW, async () => {
  const code = 'import os\ndef main():\n  return dict(os.environ)';
  expect(JSON.stringify(await run(code))).not.toContain('node_modules');
});

test('memory has an end, and so has time; the next program runs', SLOW, async () => {
  await expect(run('def main():\n  return len("x" * 400000000)')).rejects.toMatchObject({
    code: 'too_large',
  });
  const hasty = createSandbox(systemClock, { codeMs: 300, processes: 1 });
  const spin = {
    language: 'python3',
    code: 'def main():\n  while True: pass',
    inputs: {},
  } as const;
  await expect(hasty.runCode(spin, open)).rejects.toMatchObject({ code: 'timeout' });
  await hasty.close();
  expect(await run('def main():\n  return 1')).toBe(1);
});

test('a stop ends it; two owners share nothing', SLOW, async () => {
  const stop = new AbortController();
  await run('import json\njson.mark = 1\ndef main():\n  return 1');
  const seen = 'import json\ndef main():\n  return hasattr(json, "mark")';
  expect(await run(seen)).toBe(true);
  expect(await run(seen, {}, open, 'two')).toBe(false);
  const running = run('def main():\n  while True: pass', {}, stop.signal);
  setTimeout(() => stop.abort(new Error('stopped')), 20);
  await expect(running).rejects.toThrow('stopped');
});

test('an app whose programs never end to come hands its interpreter over', SLOW, async () => {
  let now = 0;
  const clock = { ...systemClock, after: systemClock.after.bind(systemClock), now: () => now };
  const one = createSandbox(clock, { codeMs: 30_000, processes: 1 });
  const done: string[] = [];
  const note = async (name: string, owner: string): Promise<void> => {
    const job = { language: 'python3', code: 'def main():\n  return 1', inputs: {} } as const;
    await one.runCode(job, open, { owner });
    done.push(name);
    now += 10_000;
  };
  await Promise.all([...['a1', 'a2', 'a3', 'a4'].map((name) => note(name, 'a')), note('b1', 'b')]);
  await one.close();
  // The second has begun when the first one's end is told.
  expect(done).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
});

test(
  'what it returns is measured in the interpreter, which goes on with the next',
  SLOW,
  async () => {
    const code = 'def main(n):\n  return "é" * n';
    await expect(run(code, { n: 5_000_000 })).rejects.toMatchObject({
      code: 'too_large',
      message: 'The code returned more than 4 MB.',
    });
    expect(await run(code, { n: 3_000_000 })).toHaveLength(3_000_000);
  },
);
