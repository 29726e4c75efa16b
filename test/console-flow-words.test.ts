import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEPT_TYPES, whyKept } from '#flow/kept.ts';
import { inJapanese } from '../console/i18n/server-words.ts';
import { inCheckout } from './kit/files.ts';
import { children, type Node, parse } from './tidy/syntax.ts';

/** Where what a node of an app says of its failure comes from; texts of Jinja are Python's own. */
const ROOMS = ['src/flow', 'src/flow/nodes', 'src/sandbox', 'src/net', 'src/server/apps/tools'];

/** Said to who writes a config, or to nobody. */
const ELSEWHERE = [
  'is no host and no network; expected',
  'The record has no (further) result of this node.',
  'A description of tools needs',
  'There is no tool 7/7.',
  'The code is over.',
  'It is asked once only.',
];

/** What stands in for whatever is filled in: one of them has the right shape. */
const FILLED = ['7', '"x"', 'a number', 'Code is', 'the model "x"'];

function* newErrors(node: Node): Generator<Node> {
  const callee = node['callee'] as Node | undefined;
  if (node.type === 'NewExpression' && callee?.['name'] === 'SpillwayError') yield node;
  for (const [, child] of children(node)) yield* newErrors(child);
}

/** The texts that an expression may be, with a mark at each place where something is filled in. */
const textsOf = (node: Node | undefined): readonly string[] => {
  switch (node?.type) {
    case 'Literal':
      return typeof node['value'] === 'string' ? [node['value']] : [];
    case 'TemplateLiteral':
      return [
        (node['quasis'] as { value: { cooked: string } }[])
          .map(({ value }) => value.cooked)
          .join('\0'),
      ];
    case 'ConditionalExpression':
      return [...textsOf(node['consequent'] as Node), ...textsOf(node['alternate'] as Node)];
    default:
      return [];
  }
};

const said = ROOMS.flatMap((room) => {
  const folder = inCheckout(room);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|test-kit/.test(name))
    .flatMap((name) => {
      const { program } = parse(name, readFileSync(join(folder, name), 'utf8'));
      return [...newErrors(program)].flatMap((error) =>
        textsOf((error['arguments'] as Node[])[1]).map((text) => [text] as const),
      );
    });
}).filter(([text]) => !ELSEWHERE.some((one) => text.replaceAll('\0', '7').includes(one)));

test('the sources say how a node may fail', () => {
  expect(said.length).toBeGreaterThan(60);
});

const whys = [...new Set(Object.values(KEPT_TYPES).map(({ why }) => why)), whyKept('other')];

test.each(whys)('a reader of Japanese understands why a node is kept: %s', (why) => {
  expect(inJapanese(why)).toMatch(/[ぁ-んァ-ヶ一-龠]/);
});

test.each(said)('a reader of Japanese understands %j', (text) => {
  const readings = FILLED.map((word) => inJapanese(text.replaceAll('\0', word)));
  expect(readings.find((words) => words !== undefined)).toMatch(/[ぁ-んァ-ヶ一-龠]/);
});

test.each([
  [
    'Node "Look it up" failed: There is no host of that name.',
    'ノード「Look it up」が失敗しました: その名前のホストはありません。',
  ],
  [
    'Node "Each" failed: Round 3: Output answer must be a string, got number instead.',
    'ノード「Each」が失敗しました: 3 回目: 出力 answer には文字列が必要ですが、number でした。',
  ],
  [
    'Node "Code" failed: NameError: name \'x\' is not defined',
    "ノード「Code」が失敗しました: NameError: name 'x' is not defined",
  ],
  [
    'The variable a.b has the type number; a value of the type string cannot be put into it.',
    '変数 a.b の型は number なので、型 string の値は入れられません。',
  ],
  ['The condition "contains" does not go with a number.', '条件「contains」は数値には使えません。'],
  [
    'Node "Look" failed: Nodes of the type "knowledge-index" cannot be run: knowledge bases are not supported.',
    'ノード「Look」が失敗しました: 種類「knowledge-index」のノードは実行できません: ナレッジベースには対応していません。',
  ],
  [
    'Node "Ruby" failed: code_language is not supported yet; switch it off to run this node.',
    'ノード「Ruby」が失敗しました: code_language にはまだ対応していません。このノードを実行するにはオフにしてください。',
  ],
  [
    'The input `words` may have 40 characters at most.',
    '入力 words の値が正しくありません (40 文字までです)。',
  ],
])('%j', (english, japanese) => {
  expect(inJapanese(english)).toBe(japanese);
});
