import { expect, test } from 'vitest';
import { deploymentNames, type NameSource } from '#config/deployment-name.ts';

const row = (keyVariable?: string, id?: string, group = 'g'): NameSource => ({
  group,
  keyVariable,
  id,
});

test.each<[string, NameSource[], string[]]>([
  [
    'the tail after API_KEY',
    [row('OPENAI_API_KEY_PJ1'), row('OPENAI_API_KEY_PJ2')],
    ['PJ1', 'PJ2'],
  ],
  ['one alone', [row('OPENAI_API_KEY_PJ1')], ['PJ1']],
  [
    'other spellings',
    [row('OPENAI_APIKEY_TOKYO'), row('OPENAI_API_KEY__OSAKA')],
    ['TOKYO', 'OSAKA'],
  ],
  ['after the common prefix', [row('TEAM_RED'), row('TEAM_BLUE')], ['RED', 'BLUE']],
  ['before API_KEY', [row('TEAM_RED_API_KEY'), row('TEAM_BLUE_API_KEY')], ['RED', 'BLUE']],
  ['different vendors', [row('OPENAI_API_KEY'), row('OTHER_API_KEY')], ['OPENAI', 'OTHER']],
  [
    'a bare number keeps its word',
    [row('OPENAI_API_KEY_1'), row('OPENAI_API_KEY_2')],
    ['KEY_1', 'KEY_2'],
  ],
  ['a plain variable says nothing', [row('OPENAI_API_KEY')], ['g-1']],
  ['plain beside numbered', [row('OPENAI_API_KEY'), row('OPENAI_API_KEY_PJ2')], ['g-1', 'PJ2']],
  [
    'position within the group',
    [row(), row(undefined, undefined, 'h'), row()],
    ['g-1', 'h-1', 'g-2'],
  ],
  [
    'one key in several rows',
    [row('A_API_KEY_X'), row('A_API_KEY_X', undefined, 'h')],
    ['X', 'X-2'],
  ],
  ['an id is taken as it is', [row('A_API_KEY_X'), row('A_API_KEY_Y', 'east')], ['X', 'east']],
  ['a written id wins over a made name', [row('A_API_KEY_X'), row(undefined, 'X')], ['X-2', 'X']],
  ['the same id twice', [row(undefined, 'X'), row(undefined, 'X')], ['X', 'X-2']],
  [
    'a suffix that is taken',
    [row(undefined, 'X-2'), row(undefined, 'X'), row(undefined, 'X')],
    ['X-2', 'X', 'X-3'],
  ],
])('%s', (_, sources, names) => {
  expect(deploymentNames(sources)).toEqual(names);
});
