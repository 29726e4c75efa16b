import { describe, expect, test } from 'vitest';
import { chooseProxies } from '#upstream/proxies.ts';

const both = { http: 'http://one.test:1', https: 'http://two.test:2' };

const chosen = (origin: string, settings: Parameters<typeof chooseProxies>[0]) =>
  chooseProxies(settings)(new URL(origin))?.origin;

describe('the proxy of an origin', () => {
  test('follows the scheme of the place to reach', () => {
    expect(chosen('http://vendor.test', both)).toBe('http://one.test:1');
    expect(chosen('https://vendor.test', both)).toBe('http://two.test:2');
    expect(chosen('https://vendor.test', { http: 'http://one.test:1' })).toBeUndefined();
    expect(chosen('https://vendor.test', {})).toBeUndefined();
  });

  test('may be written without a scheme', () => {
    expect(chosen('https://vendor.test', { https: 'proxy.test:3128' })).toBe(
      'http://proxy.test:3128',
    );
  });

  test.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://127.1.2.3', 'https://[::1]:1'])(
    'is never used for this machine: %s',
    (origin) => {
      expect(chosen(origin, both)).toBeUndefined();
    },
  );

  test.each([
    ['*', 'https://vendor.test', true],
    ['vendor.test', 'https://vendor.test', true],
    ['vendor.test', 'https://api.vendor.test', true],
    ['.vendor.test', 'https://api.vendor.test', true],
    ['*.vendor.test', 'https://api.vendor.test', true],
    ['VENDOR.test', 'https://vendor.test', true],
    ['vendor.test', 'https://othervendor.test', false],
    ['vendor.test:443', 'https://vendor.test', true],
    ['vendor.test:8443', 'https://vendor.test', false],
    ['a.test, vendor.test', 'https://vendor.test', true],
    ['a.test vendor.test', 'https://vendor.test', true],
    ['10.0.0.7', 'http://10.0.0.7:8000', true],
    ['[fd00::1]:8000', 'http://[fd00::1]:8000', true],
    ['fd00::1', 'http://[fd00::1]:8000', true],
    ['', 'https://vendor.test', false],
  ])('no_proxy %j and %s: direct is %s', (no, origin, isDirect) => {
    expect(chosen(origin, { ...both, no }) === undefined).toBe(isDirect);
  });

  test.each(['socks5://a:b@proxy.test', 'http://', ':::', 'http://:3128'])(
    'is refused at the start when it is no http(s) URL: %s',
    (https) => {
      expect(() => chooseProxies({ https })).toThrow(/^https_proxy is no http\(s\) URL; write it/);
    },
  );
});
