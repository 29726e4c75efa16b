import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isObject, type Json, own } from '#core/json.ts';
import { readYaml } from '#core/yaml.ts';
import en from '../console/i18n/en.json' with { type: 'json' };
import ja from '../console/i18n/ja.json' with { type: 'json' };
import { inCheckout } from './kit/files.ts';

const at = (value: Json | undefined, ...path: string[]): Json | undefined =>
  path.reduce<Json | undefined>((one, key) => (isObject(one) ? own(one, key) : undefined), value);

test('each node of the example app has a title in both languages', () => {
  const file = 'examples/six-branches.yml';
  const { value } = readYaml(readFileSync(inCheckout(file), 'utf8'), file);
  const nodes = at(value, 'workflow', 'graph', 'nodes') as Json[];
  const ids = nodes.map((node) => JSON.stringify(at(node, 'id'))).toSorted();
  for (const { scene } of [en, ja])
    expect(
      Object.keys(scene.node)
        .map((id) => JSON.stringify(id))
        .toSorted(),
    ).toEqual(ids);
});
