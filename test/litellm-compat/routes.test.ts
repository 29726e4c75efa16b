import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TABLE } from '#gateway/routes.ts';
import { startLitellm } from '../kit/litellm.ts';
import { NOT_SERVED, ROUTES } from './routes.ts';

const litellm = startLitellm();

it('every route has a case, and each case says how sure it is', () => {
  const cases = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => {
      const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8');
      return [...text.matchAll(/\bof\(\s*'([^']+)',\s*(?:'([^']*)'|"([^"]*)")/g)];
    });
  const covered = new Set(cases.map(([, route]) => route));
  expect(ROUTES.filter((route) => !covered.has(route))).toEqual([]);
  const unsure = cases.filter(([, , one, other]) => !/\[(?:A|C|C\+|D|I|S)\]/.test(one ?? other!));
  expect(unsure.map(([, route]) => route)).toEqual([]);
});

it.skipIf(litellm.isElsewhere)('every route is served, and of the others none', async () => {
  const { body } = await litellm.ask('/openapi.json');
  const paths = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, all]) =>
    Object.keys(all).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = new Set([...paths, ...TABLE.map(([path, { method }]) => `${method} ${path}`)]);
  expect(ROUTES.filter((route) => !served.has(route))).toEqual([]);
  expect(NOT_SERVED.filter((route) => served.has(route))).toEqual([]);
});
