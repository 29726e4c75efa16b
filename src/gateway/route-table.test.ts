import { expect, test } from 'vitest';
import { type Route, RouteTable } from '#gateway/route-table.ts';

const route = (method: Route['method']): Route => ({
  method,
  access: 'key',
  serve: async () => ({}),
});

const table = new RouteTable([
  ['/v1/models', route('GET')],
  ['/v1/things/{id}', route('GET')],
  ['/v1/things/{id}', route('DELETE')],
  ['/v1/things/{id}/cancel', route('POST')],
  ['/beta/models/{model}:generate', route('POST')],
  ['/deployments/{model}/chat', route('POST')],
]);

const found = (path: string): unknown => {
  const { routes, params } = table.find(path) ?? {};
  return routes && [routes.map(({ method }) => method).join(), { ...params }];
};

test.each<[string, unknown]>([
  ['/v1/models', ['GET', {}]],
  ['/v1/models/', undefined],
  ['/v1/things/a-1', ['GET,DELETE', { id: 'a-1' }]],
  ['/v1/things/a/b', undefined],
  ['/v1/things/', undefined],
  ['/v1/things/a/cancel', ['POST', { id: 'a' }]],
  ['/beta/models/g-2.5:generate', ['POST', { model: 'g-2.5' }]],
  ['/beta/models/vendor/g%2F2:generate', ['POST', { model: 'vendor/g/2' }]],
  ['/beta/models/:generate', undefined],
  ['/deployments/a%zz/chat', ['POST', { model: 'a%zz' }]],
  [`/deployments/${'a'.repeat(2_000)}/chat`, undefined],
  ['/v1/things/__proto__', ['GET,DELETE', { id: '__proto__' }]],
])('%s', (path, expected) => {
  expect(found(path)).toEqual(expected);
});
