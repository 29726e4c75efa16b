import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { rememberingLookup, type Resolve, type ResolveOptions } from '#upstream/resolve.ts';

const V4: LookupAddress = { address: '203.0.113.7', family: 4 };
const V6: LookupAddress = { address: '2001:db8::7', family: 6 };

const world = (mayReach: ResolveOptions['mayReach'] = () => true) => {
  const clock = new VirtualClock();
  let answer: LookupAddress[] | undefined = [V4, V6];
  const resolve: Resolve = (_, __, done) =>
    answer ? done(null, answer) : done(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), []);
  const lookup = rememberingLookup({ clock, mayReach, resolve });
  const ask = (all: boolean): unknown => {
    let heard: unknown;
    lookup('api.example', { all }, (error, address, family) => {
      heard = error ? error.code : all ? address : [address, family];
    });
    return heard;
  };
  return { clock, ask, says: (next: LookupAddress[] | undefined) => (answer = next) };
};

describe('the addresses of a name', () => {
  it('are asked for anew each time', () => {
    const { ask, says } = world();
    expect(ask(true)).toEqual([V4, V6]);
    expect(ask(false)).toEqual([V4.address, 4]);
    says([V6]);
    expect(ask(false)).toEqual([V6.address, 6]);
  });

  it('hold for a minute when nobody can be asked', async () => {
    const { clock, ask, says } = world();
    says(undefined);
    expect(ask(true)).toBe('EAI_AGAIN');
    says([V4]);
    ask(true);
    says(undefined);
    await clock.advance(59_000);
    expect(ask(true)).toEqual([V4]);
    await clock.advance(2_000);
    expect(ask(true)).toBe('EAI_AGAIN');
  });

  it('are left out where the name may not lead there', () => {
    const { ask, says } = world(
      (name, address) => name === 'api.example' && address !== V4.address,
    );
    expect(ask(true)).toEqual([V6]);
    says([V4]);
    expect(ask(true)).toBe('PRIVATE_ADDRESS');
  });
});
