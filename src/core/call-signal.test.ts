import { describe, expect, it } from 'vitest';
import { abortSignalOf, CallAbort } from '#core/call-signal.ts';

describe('an abort of one call', () => {
  it('tells everybody once, with the first reason', () => {
    const call = new CallAbort();
    const heard: string[] = [];
    call.addEventListener('abort', () => heard.push('a'));
    call.addEventListener('abort', () => heard.push('b'));
    expect(call.aborted).toBe(false);
    call.throwIfAborted();
    call.abort(new Error('left'));
    call.abort(new Error('again'));
    expect(heard.toSorted()).toEqual(['a', 'b']);
    expect(call.reason).toEqual(new Error('left'));
    expect(() => call.throwIfAborted()).toThrow('left');
  });

  it('tells nobody who has gone, and whoever comes after it nothing', () => {
    const call = new CallAbort();
    const heard: string[] = [];
    const hear = (name: string) => (): void => void heard.push(name);
    const [first, second, third] = [hear('first'), hear('second'), hear('third')];
    for (const one of [first, second, third]) call.addEventListener('abort', one);
    call.removeEventListener('abort', first);
    call.removeEventListener('abort', first);
    call.abort('over');
    call.addEventListener('abort', hear('late'));
    expect(heard.toSorted()).toEqual(['second', 'third']);
  });

  it('does not call one whom another one has sent away meanwhile', () => {
    const call = new CallAbort();
    const heard: string[] = [];
    const one = (): void => {
      heard.push('one');
      call.removeEventListener('abort', other);
    };
    const other = (): void => {
      heard.push('other');
      call.removeEventListener('abort', one);
    };
    call.addEventListener('abort', one);
    call.addEventListener('abort', other);
    call.abort('over');
    expect(heard).toHaveLength(1);
  });
});

describe("the platform's signal of a call", () => {
  it('is aborted with it, before or after it was asked for', () => {
    const call = new CallAbort();
    const before = abortSignalOf(call);
    expect(before.aborted).toBe(false);
    call.abort(new Error('left'));
    expect(before.reason).toEqual(new Error('left'));
    expect(abortSignalOf(call).reason).toEqual(new Error('left'));
  });

  it('is the one that it is, where it is one already', () => {
    const { signal } = new AbortController();
    expect(abortSignalOf(signal)).toBe(signal);
  });
});
