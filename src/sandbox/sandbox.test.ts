import { afterAll, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { createSandbox } from '#sandbox/sandbox.ts';

const sandbox = createSandbox(systemClock, {
  codeMs: 10_000,
  codeBytes: 16 * 1024 * 1024,
  threads: 2,
});
afterAll(() => sandbox.close());

const hasty = createSandbox(systemClock, { codeMs: 300, threads: 1 });
afterAll(() => hasty.close());

const open = new AbortController().signal;
const run = (code: string, inputs = {}, signal = open) =>
  sandbox.runCode({ language: 'javascript', code, inputs }, signal);

test('a program returns what it makes of its inputs', async () => {
  const code = 'function main({ a, b }) { return { sum: a + b, text: "é", list: [1, null] }; }';
  expect(await run(code, { a: 1, b: 2 })).toEqual({ sum: 3, text: 'é', list: [1, null] });
  expect(await run('const main = async () => ({ ok: await Promise.resolve(true) });')).toEqual({
    ok: true,
  });
  expect(await run('function main() {}')).toBeNull();
});

test.each([
  ['function main() { return x; }', 'x is not defined'],
  ['function main( {', 'SyntaxError'],
  ['const other = 1;', 'There is no function `main`.'],
  ['const main = () => new Promise(() => {});', 'waits for something that never comes'],
  ['const main = () => { throw new Error("mine"); };', 'mine'],
  ['function main() { return main(); }', 'stack'],
])('%j fails, and says why', async (code, message) => {
  await expect(run(code)).rejects.toThrow(message);
});

test.each([
  'typeof process',
  'typeof require',
  'typeof fetch',
  'typeof globalThis.WebAssembly',
  'typeof Deno',
  'typeof setTimeout',
  'typeof Buffer',
  'typeof URL',
  'typeof TextEncoder',
])('%s is undefined', async (expression) => {
  expect(await run(`const main = () => ({ found: ${expression} });`)).toEqual({
    found: 'undefined',
  });
});

test('what is Base64 can be read and written', async () => {
  const code = `const main = () => ({ text: atob('aGk='), again: btoa('hi') });`;
  expect(await run(code)).toEqual({ text: 'hi', again: 'aGk=' });
});

test('the constructor of functions leads to nothing of the host', async () => {
  const code = `const main = () => ({ found: this.constructor.constructor('return typeof process')() });`;
  expect(await run(code)).toEqual({ found: 'undefined' });
});

test('a program that spins or allocates is stopped, and the next one runs', async () => {
  const code = 'const main = () => { for (;;); };';
  await expect(
    hasty.runCode({ language: 'javascript', code, inputs: {} }, open),
  ).rejects.toMatchObject({
    code: 'timeout',
    message: 'The code ran longer than 0.3 s.',
  });
  await expect(
    run('const main = () => { const all = []; for (;;) all.push(new Array(1e5).fill(0)); };'),
  ).rejects.toMatchObject({ code: 'too_large', message: 'The code needs more than 16 MB.' });
  expect(await run('const main = () => 1;')).toBe(1);
});

test.each([
  ['const main = () => Symbol();', '`main` returned what JSON cannot hold.'],
  ['const main = () => main;', '`main` returned what JSON cannot hold.'],
  ["JSON.stringify = () => 'x'; const main = () => 1;", 'What `main` returned is not valid JSON.'],
  ['JSON.stringify = () => ({}); const main = () => 1;', '`main` returned what JSON cannot hold.'],
])('%j makes no value, and says so', async (code, message) => {
  await expect(run(code)).rejects.toMatchObject({ code: 'node_failed', message });
});

test('an error that spins while it is written down is late like any other', async () => {
  const code = 'const main = () => { throw { toString() { for (;;); } }; };';
  await expect(
    hasty.runCode({ language: 'javascript', code, inputs: {} }, open),
  ).rejects.toMatchObject({ code: 'timeout' });
});

test('a stop reaches a program that is under way', async () => {
  const stop = new AbortController();
  const running = run('const main = () => { for (;;); };', {}, stop.signal);
  setImmediate(() => stop.abort(new Error('stopped')));
  await expect(running).rejects.toThrow('stopped');
});

test('templates run there too', async () => {
  const render = (template: string) =>
    sandbox.renderJinja({ template, values: { yes: true }, limitChars: 1000 }, open);
  expect(await render('{{ yes }}')).toBe('True');
  await expect(render('{{ yes')).rejects.toThrow('The template is wrong');
});

test('what waits is bounded', async () => {
  const small = createSandbox(systemClock, { threads: 1, waiting: 2, codeMs: 200 });
  const spin = () =>
    small.runCode(
      { language: 'javascript', code: 'const main = () => { for (;;); };', inputs: {} },
      open,
    );
  const all = await Promise.allSettled([spin(), spin(), spin()]);
  expect(all.map((one) => (one.status === 'rejected' ? one.reason.code : 'ok'))).toEqual([
    'timeout',
    'timeout',
    'unavailable',
  ]);
  await small.close();
});
