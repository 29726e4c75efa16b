import { describe, expect, it } from 'vitest';
import { SpillwayError } from '#core/errors.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { SESSION_COOKIE, SESSION_MS, Sessions, vouchFor } from '#keys/sessions.ts';

const KEY = 'sk-master';

const sessionsOf = (more: object = {}) => {
  const clock = new VirtualClock();
  let made = 0;
  const newToken = (): string => `token-${++made}`;
  return { clock, sessions: new Sessions({ clock, newToken, masterKey: KEY, ...more }) };
};

const cookie = (token: string) => ({ cookie: `other=1; ${SESSION_COOKIE}=${token}` });

describe('Sessions', () => {
  it('opens for the master key, and for nothing else', () => {
    const { sessions } = sessionsOf();
    const { token, session } = sessions.open(KEY, 'a');
    expect(sessions.find(cookie(token))).toEqual(session);
    expect(sessions.find(cookie('token-9'))).toBeUndefined();
    expect(sessions.find({})).toBeUndefined();
    expect(() => sessions.open('sk-other', 'a')).toThrow('neither the master key');
  });

  it('opens for a virtual key too, and knows whose it is while it opens', () => {
    const good = new Set(['sk-eve', 'sk-blocked']);
    const { sessions } = sessionsOf({
      ownerOf(key: string) {
        if (key === 'sk-blocked') throw new SpillwayError('unauthorized', 'Key is blocked.');
        return good.has(key) ? { role: 'internal_user', userId: 'eve' } : undefined;
      },
    });
    const { session } = sessions.open('sk-eve', 'a');
    expect(sessions.whoIs(session, 'a')).toEqual({ role: 'internal_user', userId: 'eve' });
    good.delete('sk-eve');
    expect(sessions.whoIs(session, 'a')).toBeUndefined();
    expect(sessions.whoIs(sessions.open(KEY, 'a').session, 'a')).toEqual({ role: 'proxy_admin' });
    expect(() => sessions.open('sk-blocked', 'a')).toThrow('Key is blocked.');
    expect(() => sessions.open('sk-other', 'a')).toThrow('neither the master key');
  });

  it('ends by itself, and when somebody signs out', async () => {
    const { clock, sessions } = sessionsOf();
    const first = sessions.open(KEY, 'a').token;
    const second = sessions.open(KEY, 'a').token;
    sessions.close(cookie(second));
    expect(sessions.find(cookie(second))).toBeUndefined();
    await clock.advance(SESSION_MS - 1);
    expect(sessions.find(cookie(first))).toBeDefined();
    await clock.advance(1);
    expect(sessions.find(cookie(first))).toBeUndefined();
  });

  it('lets an address try five wrong keys a minute, others meanwhile', async () => {
    const { clock, sessions } = sessionsOf();
    for (let i = 0; i < 5; i++)
      expect(() => sessions.open('wrong', 'a')).toThrow('neither the master');
    expect(() => sessions.open(KEY, 'a')).toThrow('Too many wrong keys');
    expect(sessions.open(KEY, 'b').token).toBeDefined();
    await clock.advance(60_001);
    expect(sessions.open(KEY, 'a').token).toBeDefined();
  });

  it('keeps a thousand sessions, the newest ones', () => {
    const { sessions } = sessionsOf();
    const tokens = Array.from({ length: 1_001 }, () => sessions.open(KEY, 'a').token);
    expect(sessions.find(cookie(tokens[0]!))).toBeUndefined();
    expect(sessions.find(cookie(tokens[1]!))).toBeDefined();
  });

  it('asks for no key where there is none, or nothing can be lost', () => {
    const none = new Sessions({ clock: new VirtualClock(), newToken: () => 'x' });
    expect([none.needsKey, none.open('', 'a').token]).toEqual([false, 'x']);
    const open = sessionsOf({ isOpen: true }).sessions;
    expect([open.needsKey, open.open('', 'a').token]).toEqual([false, 'token-1']);
  });
});

describe('vouchFor', () => {
  const { sessions } = sessionsOf();
  const { token, session } = sessions.open(KEY, 'a');
  const vouched = (headers: Record<string, string>, keys: object = { masterKey: KEY }) => {
    const its = { ...headers };
    vouchFor(its, sessions, keys);
    return its;
  };

  it('needs the cookie and the word of the page', () => {
    const both = { ...cookie(token), 'x-spillway-csrf': session.csrf };
    expect(vouched(both)['authorization']).toBe(`Bearer ${KEY}`);
    expect(vouched(both, { masterKey: KEY, keyHeader: 'x-key' })['x-key']).toBe(`Bearer ${KEY}`);
    expect(vouched(cookie(token))).toEqual(cookie(token));
    const wrong = { ...cookie(token), 'x-spillway-csrf': 'token-7' };
    expect(vouched(wrong)).toEqual(wrong);
    const alone = { 'x-spillway-csrf': session.csrf };
    expect(vouched(alone)).toEqual(alone);
  });

  it('brings the key that was signed in with, and no other', () => {
    const its = sessionsOf({ ownerOf: () => ({ role: 'internal_user' }) }).sessions;
    const eves = its.open('sk-eve', 'a');
    const headers: Record<string, string> = {
      ...cookie(eves.token),
      'x-spillway-csrf': eves.session.csrf,
    };
    vouchFor(headers, its, { masterKey: KEY });
    expect(headers['authorization']).toBe('Bearer sk-eve');
  });
});
