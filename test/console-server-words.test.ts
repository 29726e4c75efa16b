import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configParts } from '#config/check.ts';
import { FindingsError } from '#core/finding.ts';
import { environmentOf } from '#server/env.ts';
import { loadConfigText } from '#server/load-config.ts';
import { inJapanese, linesInJapanese } from '../console/i18n/server-words.ts';
import pages from '../console/i18n/ja.json' with { type: 'json' };
import api from '../console/i18n/api-ja.json' with { type: 'json' };
import ja from '../console/i18n/server-ja.json' with { type: 'json' };
import { inCheckout } from './kit/files.ts';

const PLACE = /\{\{\w+\}\}/g;

/** All that the program says, with texts joined that stand on several lines. */
const sources = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

/** Words alone: what stands between them differs where a sentence is put together. */
const plain = (text: string): string =>
  ` ${text
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase()} `;

const said = plain(sources(inCheckout('src')));

/** Of a sentence, the longest piece that is the same whatever is filled in. */
const fixedPiece = (template: string): string =>
  template
    .split(PLACE)
    .map((piece) => plain(piece).trim())
    .reduce((a, b) => (b.length > a.length ? b : a), '');

const MOST_PARTS = 3;

/** Whether it stands in the sources, in one piece or in a few: some sentences have a choice of words. */
const isSaid = (words: readonly string[], parts = MOST_PARTS): boolean => {
  if (words.length === 0 || said.includes(` ${words.join(' ')} `)) return true;
  if (parts === 1) return false;
  return words.some(
    (_, i) =>
      (i > 1 || parts === MOST_PARTS) &&
      i > 0 &&
      said.includes(` ${words.slice(0, i).join(' ')} `) &&
      isSaid(words.slice(i), parts - 1),
  );
};

/** One sentence of the API is said of several: the word for whom is filled in. */
const OF_SEVERAL = /(?<=^What was used day by day, by )\w+/;

test('each sentence that is translated is one that the program says', () => {
  const templates = [
    ...Object.keys(ja),
    ...Object.keys(api).map((text) => text.replace(OF_SEVERAL, '{{word}}')),
  ];
  const unsaid = templates.filter(
    (template) => !isSaid(fixedPiece(template).split(' ').filter(Boolean)),
  );
  expect(unsaid).toEqual([]);
});

test('a sentence that nobody says is found', () => {
  expect(isSaid('a waterfall carries letters'.split(' '))).toBe(false);
});

test('what is filled into a translation is in the sentence', () => {
  for (const [template, translation] of Object.entries(ja)) {
    const places = template.match(PLACE) ?? [];
    for (const place of translation.match(PLACE) ?? [])
      expect([template, places]).toContainEqual(expect.arrayContaining([place]));
    expect([template, /[ぁ-んァ-ヶ一-龠]|^\{\{n\}\}/.test(translation)]).toEqual([template, true]);
  }
});

test.each([
  ['has room in 900 ms', '900 ms 後に空きます'],
  [
    "All deployments of gpt-4.1 are at their limits (room: PJ1 in 1.5 s, PJ2 in 3 min 20 s). This request's turn comes in about 1.5 s and it may wait 1 s. Try again then, wait longer with x-queue-timeout, or add a key. (id 6f1d2c3b)",
    'gpt-4.1 のデプロイメントはすべて上限に達しています (空き: PJ1 は 1.5 s 後、PJ2 は 3 min 20 s 後)。順番が来るのは約 1.5 s 後です (待てるのは 1 s まで)。その頃にもう一度送るか、x-queue-timeout で長く待つか、キーを追加してください。',
  ],
  [
    'The upstream refused the request. It said: Unknown or unsupported: x',
    'ベンダーがリクエストを拒否しました。ベンダーの説明: Unknown or unsupported: x',
  ],
  [
    'No deployments available for selected model (PJ1: paused by an operator, PJ2: has room in 2 s). Try again later, or add a deployment to the group.',
    'このモデルのリクエストを処理できるデプロイメントがありません (PJ1: 管理者が停止中、PJ2: 2 s 後に空きます)。後でもう一度送るか、グループにデプロイメントを追加してください。',
  ],
  [
    'max_budget (11) cannot exceed what the member of the team who pays for the key may spend (10). Ask a proxy admin for more. (id 6f1d2c3b)',
    'max_budget (11 ドル) は、キーの支払い元であるチームのメンバーの予算 (10 ドル) を超えられません。増やすには管理者に依頼してください。',
  ],
  [
    'The budget "b" bounds 2, who would be without it: team: t, key: ci. Set their budget_id to another one or to null first.',
    '共有予算「b」は 2 件から指定されているため削除できません: team: t、key: ci。先に別の予算を指定するか、指定を外してください。',
  ],
  [
    'Deployment PJ1: The upstream closed the connection early; try again.',
    'デプロイメント PJ1: ベンダーが接続を途中で閉じました。もう一度お試しください。',
  ],
  [
    'Deployment PJ1: The upstream ended its stream before it was whole; try again.',
    'デプロイメント PJ1: ベンダーの応答が途中で終わりました。もう一度お試しください。',
  ],
  [
    'expected a number or true or false, found the text "many or few"',
    '数値または真偽値 (true / false)を指定してください (現在は文字列「many or few」)',
  ],
  [
    'a.yml:1:2 app: missing; expected a map\na.yml:3:4 unknown key; remove it',
    '1 行目 2 文字目 app: 必須です。マップを指定してください\n3 行目 4 文字目: 不明なキーです。削除してください',
  ],
  [
    'a.yml:7:54 model_list.2.litellm_params.api_key: KEY is not set; set it, or remove the deployment',
    '7 行目 54 文字目 model_list.2.litellm_params.api_key: 環境変数 KEY が設定されていません。設定するか、デプロイメントを削除してください',
  ],
])('%j is said in Japanese', (english, japanese) => {
  expect(inJapanese(english)).toBe(japanese);
});

test.each([
  '',
  'Try this or that.',
  'Somebody else wrote this: tokens, requests',
  'x'.repeat(5_000),
])('what is none of the program’s sentences stays as it is: %j', (text) => {
  expect(inJapanese(text)).toBeUndefined();
});

const findingsIn = (text: string): readonly string[] => {
  const options = { file: 'config.yaml', environment: environmentOf({}) };
  try {
    return loadConfigText(text, options).warnings.map(({ message }) => message);
  } catch (thrown) {
    if (!(thrown instanceof FindingsError)) throw thrown;
    return thrown.findings.map(({ message }) => message);
  }
};

const ROW =
  'model_list:\n  - model_name: a\n    litellm_params: {model: openai/gpt-4.1, api_key: sk-x}\n';

test.each([
  'litellm_settings: {num_retries: many}\n' + ROW,
  'model_list: 7',
  'model_list: []',
  'model_list: [{model_name: a}]',
  'model_list: [{model_name: a, litellm_params: {model: openai/gpt-4.1, api_key: os.environ/NO_KEY}}]',
  'model_list: [{model_name: a, litellm_params: {model: opnai/gpt, api_key: x}}]',
  'model_list: [{model_name: a, litellm_params: {model: gpt, api_key: x}}]',
  'model_list: [{model_name: a, litellm_params: {model: openai/gpt-4.1, rpm: -1}}]',
  `${ROW}router_settings: {routing_strategy: fastest}`,
  `${ROW}router_settings: {num_retrys: 2, redis_host: x, fallbacks: [{b: [c]}, {a: [a]}]}`,
  `${ROW}general_settings: {master_key: os.environ/NO_MASTER}`,
  `${ROW}general_settings: {master_key: ''}`,
  `${ROW}spillway_settings: {queue: {wait_s: soon, unknown_word: 1}}`,
  `${ROW}a: "b`,
  `${ROW}\ta: b`,
  `${ROW}a: [b, c`,
  `${ROW}a b\nc: d`,
])('what is found wrong in a config is said in Japanese: %j', (text) => {
  const findings = findingsIn(text);
  expect(findings.length).toBeGreaterThan(0);
  for (const message of findings) expect([message, inJapanese(message)]).not.toContain(undefined);
});

test.each([
  `${ROW}router_settings: {fallbacks: [{a: [a]}], context_window_fallbacks: [{a: [b]}], model_group_alias: {c: a}}`,
  `${ROW}litellm_settings: {ssl_verify: false}\ngeneral_settings: {master_key: sk-m}\nspillway_settings: {queue: {wait_s: 0}}`,
  'model_list: [{model_name: a, litellm_params: {model: openai/gpt-4.1, api_key: sk-x, rpm: 3, tpm: 9}}]',
  `${ROW}spillway_settings: {quota_pools: {p: {rpm: 5}}}`,
])('what was read of a config is said in Japanese: %j', (text) => {
  const config = loadConfigText(text, { file: 'config.yaml', environment: environmentOf({}) });
  const tables = configParts(config).filter((part) => typeof part !== 'string');
  for (const head of tables.flatMap(({ heads }) => heads))
    expect(pages.models.heads).toHaveProperty([head]);
  const texts = configParts(config).filter((part) => typeof part === 'string');
  for (const line of texts.join('\n').split('\n'))
    expect([line, linesInJapanese(line)]).not.toEqual([line, line]);
});

test('no sentence is taken for another', () => {
  const sampleOf = (name: string): string =>
    /^n\d*$/.test(name) ? '3' : name === 'span' ? '34 s' : 'X';
  const filled = (text: string): string =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => sampleOf(name));
  // What is filled in there must be a sentence of its own.
  const own = Object.entries(ja).filter(([template]) => !template.includes('{{known'));
  const taken = own.filter(([template, words]) => inJapanese(filled(template)) !== filled(words));
  expect(taken.map(([template]) => template)).toEqual([]);
});
