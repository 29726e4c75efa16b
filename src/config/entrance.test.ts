import { expect, it } from 'vitest';
import { errorsOf, load, ONE_MODEL, warningsOf } from '#config/test-kit.ts';

const withGeneral = (lines: string): string => `${ONE_MODEL}general_settings:\n${lines}`;

it('reads who may come in, and where', () => {
  const text = withGeneral(`  allowed_ips: ["192.0.2.1", "10.0.0.0/8"]
  use_x_forwarded_for: true
  allowed_routes: ["/v1/*", "LiteLLMRoutes.info_routes"]
  admin_only_routes: ["/key/generate"]
  public_routes: ["LiteLLMRoutes.public_routes", "/spend/calculate"]
  enforced_params: [metadata.job]
  enforce_user_param: true
`);
  expect(load(text).entrance).toEqual({
    addresses: ['192.0.2.1', '10.0.0.0/8'],
    isForwarded: true,
    routes: ['/v1/*', 'info_routes'],
    adminRoutes: ['/key/generate'],
    publicRoutes: ['public_routes', '/spend/calculate'],
    params: ['user', 'metadata.job'],
  });
  expect(warningsOf(text)).toEqual([]);
  expect(load(ONE_MODEL).entrance).toEqual({});
});

it('says which entry of a list would fit nothing', () => {
  const errors = errorsOf(
    withGeneral(`  allowed_ips: ["192.0.2.1", "10.0.0.0/99", "office"]
  admin_only_routes: ["key/generate"]
  public_routes: ["LiteLLMRoutes.no_such_routes"]
`),
  );
  expect(errors.map((error) => error.replace(/^\S+ /, ''))).toEqual([
    'general_settings.allowed_ips.1: the range 10.0.0.0/99 has too many bits',
    'general_settings.allowed_ips.2: "office" is neither an address nor a range',
    expect.stringMatching(/admin_only_routes\.0: expected a path .*; found "key\/generate"$/),
    expect.stringMatching(/public_routes\.0: .*found "LiteLLMRoutes.no_such_routes"$/),
  ]);
  expect(errorsOf(withGeneral('  allowed_ips: []\n'))).toHaveLength(1);
});
