import type { ChatAsk } from '../../data/stream-chat.ts';

export const SNIPPETS = ['curl', 'Python', 'TypeScript'] as const;
export type SnippetKind = (typeof SNIPPETS)[number];

/** Longer bodies, of pictures mostly, are no argument that a program may be given, characters. */
const LONGEST_ARGUMENT = 30_000;

const curlBody = (body: string): readonly string[] =>
  body.length > LONGEST_ARGUMENT
    ? ["  --data-binary @- <<'END_OF_BODY'", body, 'END_OF_BODY']
    : [`  -d '${body.replaceAll("'", String.raw`'\''`)}'`];

/** The same request for somebody else's program. The key stays a variable. */
export const snippetOf = (kind: SnippetKind, ask: ChatAsk, origin: string): string => {
  const base = `${origin}/v1`;
  const body = JSON.stringify(ask, undefined, 2);
  if (kind === 'curl')
    return [
      `curl '${base}/chat/completions' \\`,
      `  -H "Authorization: Bearer $SPILLWAY_API_KEY" \\`,
      `  -H 'Content-Type: application/json' \\`,
      ...curlBody(body),
    ].join('\n');
  if (kind === 'Python')
    return [
      'import json, os',
      'from openai import OpenAI',
      '',
      `client = OpenAI(base_url="${base}", api_key=os.environ["SPILLWAY_API_KEY"])`,
      `reply = client.chat.completions.create(**json.loads(${JSON.stringify(JSON.stringify(ask))}))`,
      'print(reply.choices[0].message.content)',
    ].join('\n');
  return [
    "import OpenAI from 'openai';",
    '',
    `const client = new OpenAI({ baseURL: '${base}', apiKey: process.env.SPILLWAY_API_KEY });`,
    `const reply = await client.chat.completions.create(${body});`,
    'console.log(reply.choices[0].message.content);',
  ].join('\n');
};
