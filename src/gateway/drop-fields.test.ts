import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { withoutFields } from '#gateway/drop-fields.ts';

const TOOLS = [{ a: 1, fn: { strict: true } }, { fn: { strict: false, x: 1 } }];
const BODY: JsonObject = { user: 'u', 'a.b': 1, metadata: { trace: 't', run: 1 }, tools: TOOLS };
const { user: _user, ...NOBODY } = BODY;
const { 'a.b': _odd, ...PLAIN } = BODY;

test.each<[string, JsonObject]>([
  ['user', NOBODY],
  ['a.b', PLAIN],
  ['metadata.trace', { ...BODY, metadata: { run: 1 } }],
  ['tools[*].fn.strict', { ...BODY, tools: [{ a: 1, fn: {} }, { fn: { x: 1 } }] }],
  ['tools[1].fn', { ...BODY, tools: [TOOLS[0]!, {}] }],
])('%s is left out', (name, body) => {
  expect(withoutFields(BODY, [name, name])).toEqual({ body, found: [name] });
});

const NOWHERE = ['x', 'metadata.x', 'user.x', 'tools[5].fn', 'tools.fn', '', '[*]', '__proto__.x'];

test.each(NOWHERE)('where %j leads nowhere the body is as it was', (name) => {
  const { body, found } = withoutFields(BODY, [name]);
  expect(body).toBe(BODY);
  expect(found).toEqual([]);
});
