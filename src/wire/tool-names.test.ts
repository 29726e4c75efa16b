import { expect, test } from 'vitest';
import type { ChatRequest } from '#wire/chat-request.ts';
import { fitTools } from '#wire/tool-names.ts';

const RULES = { mostChars: 20, refused: /[^\w-]/g };
const LONG = 'mcp__a_server__a_tool_of_a_long_name';

const requestOf = (...names: string[]): ChatRequest => ({
  model: 'm',
  messages: [
    {
      role: 'assistant',
      parts: names.map((name) => ({ kind: 'tool-call', id: name, name, input: '{}' })),
    },
    {
      role: 'user',
      parts: names.map((name) => ({ kind: 'tool-result', id: name, name, content: [] })),
    },
  ],
  stream: false,
  includeUsage: false,
  tools: [...names.map((name) => ({ name })), { dialect: 'd', value: { name: LONG } }],
  toolChoice: { kind: 'tool', name: names[0] ?? '' },
  dialect: 'd',
  extra: {},
});

test('names that fit stay, and so does the request', () => {
  const request = requestOf('get_weather', 'exactly-twenty-chars');
  expect(fitTools(request, RULES)).toEqual({ request });
  expect(fitTools(request, RULES).request).toBe(request);
  expect(fitTools(requestOf(LONG), undefined).names).toBeUndefined();
});

test('others are cut and told apart, everywhere in the request, and can be told back', () => {
  const { request, names = new Map<string, string>() } = fitTools(
    requestOf(LONG, `${LONG}_2`, 'a.b', 'a:b', 'ok'),
    RULES,
  );
  const said = request.tools?.flatMap((tool) => ('name' in tool ? [tool.name] : [])) ?? [];
  for (const name of said) expect(name).toMatch(/^[\w-]{1,20}$/);
  expect(new Set(said).size).toBe(5);
  expect(said.map((name) => names.get(name) ?? name)).toEqual([
    LONG,
    `${LONG}_2`,
    'a.b',
    'a:b',
    'ok',
  ]);
  for (const { parts } of request.messages)
    expect(parts.map((part) => 'name' in part && part.name)).toEqual(said);
  expect(request.toolChoice).toEqual({ kind: 'tool', name: said[0] });
  expect(request.tools?.at(-1)).toEqual({ dialect: 'd', value: { name: LONG } });
});
