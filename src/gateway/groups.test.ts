import { describe, expect, test } from 'vitest';
import { SpillwayError } from '#core/errors.ts';
import { type GroupMember, Groups } from '#gateway/groups.ts';

const member = (group: string, name: string, model = 'up', provider = 'v'): GroupMember => ({
  group,
  name,
  id: `id-${name}`,
  provider,
  model,
});

const groupsOf = (
  members: readonly GroupMember[],
  aliases: Record<string, { group: string; hidden: boolean }> = {},
): Groups =>
  new Groups({
    members,
    aliases,
    providerOf: (model) => (model.startsWith('gpt') ? 'openai' : undefined),
  });

describe('groups, aliases, and deployments by name', () => {
  const groups = groupsOf(
    [
      member('big', 'A', 'x'),
      member('big', 'B', 'x'),
      member('small', 'C', 'y'),
      member('mixed', 'D', 'y'),
      member('mixed', 'E', 'z'),
      member('C', 'F', 'w'),
    ],
    { nick: { group: 'small', hidden: true }, other: { group: 'big', hidden: false } },
  );

  test.each([
    ['big', { group: 'big' }],
    ['nick', { group: 'small' }],
    ['other', { group: 'big' }],
    ['id-B', { group: 'big', pinned: 'B' }],
    ['B', { group: 'big', pinned: 'B' }],
    // A group's name comes before a deployment's.
    ['C', { group: 'C' }],
    ['id-C', { group: 'small', pinned: 'C' }],
    // All that ask for it are a whole group, or it is one alone.
    ['v/x', { group: 'big' }],
    ['v/z', { group: 'mixed', pinned: 'E' }],
  ])('%s', (name, resolved) => {
    expect(groups.resolve(name)).toEqual(resolved);
  });

  test.each(['Big', 'nothing', '', 'v/y', 'constructor', 'x', 'big '])('not %j', (name) => {
    expect(() => groups.resolve(name)).toThrow(SpillwayError);
  });

  test('the same letters in another Unicode form are the same name', () => {
    const composed = groupsOf([member('ガ', 'A')]);
    expect(composed.resolve('ガ'.normalize('NFD'))).toEqual({ group: 'ガ' });
  });

  test('what is listed, and what an error lists', () => {
    expect(groups.list()).toEqual(['big', 'small', 'mixed', 'C', 'other']);
    const patterns = groupsOf([member('openai/*', 'A', '*')]);
    expect(patterns.list()).toEqual([]);
    expect(() => patterns.resolve('x')).toThrow('here: openai/*.');
  });
});

describe('what is blocked', () => {
  const blocked = { ...member('big', 'A'), isBlocked: true };

  test('is not served by a pattern in its place, and not listed', () => {
    const groups = groupsOf([blocked, member('*', 'B', '*')]);
    for (const name of ['big', 'id-A', 'A']) {
      expect(() => groups.resolve(name)).toThrow('Model is blocked');
      expect(groups.find(name)).toBeUndefined();
    }
    expect(groups.list()).toEqual([]);
    expect(groups.resolve('other')).toMatchObject({ group: '*' });
  });

  test('leaves the others of its group', () => {
    const groups = groupsOf([blocked, member('big', 'B')]);
    expect(groups.resolve('big')).toEqual({ group: 'big' });
    expect(() => groups.resolve('A')).toThrow('Model is blocked');
    groups.take([member('big', 'A')]);
    expect(groups.resolve('A')).toEqual({ group: 'big', pinned: 'A' });
  });
});

describe('patterns', () => {
  const groups = groupsOf(
    [
      member('openai/*', 'O1', '*', 'openai'),
      member('openai/*', 'O2', 'fixed', 'openai'),
      member('gpt-4*', 'G', 'gpt-4*', 'openai'),
      member('gpt-4o', 'E', 'gpt-4o', 'openai'),
      member('*/*', 'S', '*', 'v'),
      member('x-*-*', 'X', '*:*', 'v'),
    ],
    { nick: { group: 'openai/gpt-9', hidden: false } },
  );

  const resolve = (name: string) => {
    const { group, pinned, models } = groups.resolve(name);
    return [group, pinned, [...(models ?? [])]];
  };

  test.each([
    ['openai/gpt-9', ['openai/*', undefined, [['O1', 'gpt-9']]]],
    ['gpt-4.1', ['gpt-4*', undefined, [['G', 'gpt-4.1']]]],
    ['gpt-4', ['gpt-4*', undefined, [['G', 'gpt-4']]]],
    ['gpt-4o', ['gpt-4o', undefined, []]],
    // A bare name is its vendor's.
    ['gpt-3', ['openai/*', undefined, [['O1', 'gpt-3']]]],
    ['nick', ['openai/*', undefined, [['O1', 'gpt-9']]]],
    // Fewer stars than the name had: it goes as it came, without the prefix of the row's vendor.
    ['a/b', ['*/*', undefined, [['S', 'a/b']]]],
    ['v/b', ['*/*', undefined, [['S', 'b']]]],
    ['x-1-2-3', ['x-*-*', undefined, [['X', '1-2:3']]]],
    // A pattern's row has no model of its own that an id could ask for.
    ['id-O2', ['openai/*', 'O2', []]],
  ])('%s', (name, resolved) => {
    expect(resolve(name)).toEqual(resolved);
  });

  test.each(['id-O1', 'O1', 'claude', `openai/${'x'.repeat(250)}`, 'openai/a\nb', 'openai/*'])(
    'not %j',
    (name) => {
      expect(() => groups.resolve(name)).toThrow('Invalid model name');
    },
  );
});
