import type { AppReply } from '#gateway/console/app-shapes.ts';
import { fieldsOf, type FormField } from './fields.ts';
import { talks } from './mode.ts';

export const LANGUAGES_OF_CODE = ['curl', 'Python', 'TypeScript'] as const;
export type CodeLanguage = (typeof LANGUAGES_OF_CODE)[number];

/** How an app is called: under Dify's service API, streamed or at once, or as a model. */
export const WAYS = ['stream', 'block', 'model'] as const;
export type Way = (typeof WAYS)[number];

interface SnippetOf {
  readonly app: AppReply;
  readonly way: Way;
  readonly language: CodeLanguage;
  /** Where this server is. */
  readonly origin: string;
}

/** A program that calls an app, ready to run. The key stays a variable. */
export const appSnippet = ({ app, way, language, origin }: SnippetOf): string => {
  const url = `${origin}/v1${way === 'model' ? '/chat/completions' : pathOf(app)}`;
  const body = way === 'model' ? modelBody(app) : serviceBody(app, way);
  if (language === 'curl') return curl(url, body, way);
  if (way === 'model')
    return language === 'Python' ? pythonModel(origin, body) : typescriptModel(origin, body);
  return language === 'Python' ? python(url, body, way) : typescript(url, body, way);
};

const pathOf = (app: AppReply): string => {
  if (talks(app)) return '/chat-messages';
  return app.mode === 'workflow' ? '/workflows/run' : '/completion-messages';
};

const QUESTION = 'Hello!';

const serviceBody = (app: AppReply, way: Way): object => ({
  inputs: exampleInputs(app),
  ...(talks(app) && { query: QUESTION }),
  // An agent answers in a stream alone.
  response_mode: way === 'stream' || app.mode === 'agent-chat' ? 'streaming' : 'blocking',
  user: 'user-1',
});

const modelBody = (app: AppReply): object => {
  const inputs = exampleInputs(app);
  return {
    model: `app/${app.name}`,
    messages: [{ role: 'user', content: QUESTION }],
    ...(Object.keys(inputs).length > 0 && { metadata: { inputs: JSON.stringify(inputs) } }),
  };
};

const exampleInputs = (app: AppReply): Record<string, unknown> =>
  Object.fromEntries(
    fieldsOf(app)
      .filter(({ isRequired, name }) => isRequired || name === 'query')
      .map((field) => [field.name, exampleOf(field)]),
  );

const FILE = {
  type: 'document',
  transfer_method: 'remote_url',
  url: 'https://example.com/file.pdf',
};

const exampleOf = ({ type, name, options, first }: FormField): unknown => {
  if (first !== undefined && first !== null && first !== '') return first;
  if (type === 'number') return 1;
  if (type === 'checkbox') return true;
  if (type === 'select') return options[0] ?? '';
  if (type === 'file') return FILE;
  if (type === 'file-list') return [FILE];
  if (type === 'json' || type === 'json_object') return {};
  return name === 'query' ? QUESTION : name;
};

const pretty = (body: object): string => JSON.stringify(body, undefined, 2);

const curl = (url: string, body: object, way: Way): string =>
  [
    `curl ${way === 'stream' ? '-N ' : ''}'${url}' \\`,
    `  -H "Authorization: Bearer $APP_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${pretty(body).replaceAll("'", String.raw`'\''`)}'`,
  ].join('\n');

/** A text that Python reads as JSON does. */
const pythonJson = (body: object): string => `json.loads(${JSON.stringify(JSON.stringify(body))})`;

const python = (url: string, body: object, way: Way): string =>
  [
    'import json, os, urllib.request',
    '',
    'request = urllib.request.Request(',
    `    "${url}",`,
    `    data=json.dumps(${pythonJson(body)}).encode(),`,
    '    headers={"Authorization": "Bearer " + os.environ["APP_KEY"], "Content-Type": "application/json"},',
    ')',
    'with urllib.request.urlopen(request) as reply:',
    ...(way === 'stream'
      ? [
          '    for line in reply:',
          '        if line.startswith(b"data: "):',
          '            print(json.loads(line[6:]))',
        ]
      : ['    print(reply.read().decode())']),
  ].join('\n');

const pythonModel = (origin: string, body: object): string =>
  [
    'import json, os',
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url="${origin}/v1", api_key=os.environ["APP_KEY"])`,
    `reply = client.chat.completions.create(**${pythonJson(body)})`,
    'print(reply.choices[0].message.content)',
  ].join('\n');

const typescript = (url: string, body: object, way: Way): string =>
  [
    `const reply = await fetch('${url}', {`,
    "  method: 'POST',",
    '  headers: {',
    '    authorization: `Bearer ${process.env.APP_KEY}`,',
    "    'content-type': 'application/json',",
    '  },',
    `  body: JSON.stringify(${pretty(body).replaceAll('\n', '\n  ')}),`,
    '});',
    ...(way === 'stream'
      ? [
          "let rest = '';",
          'for await (const text of reply.body!.pipeThrough(new TextDecoderStream())) {',
          "  const messages = (rest + text).split('\\n\\n');",
          "  rest = messages.pop() ?? '';",
          '  for (const message of messages)',
          "    if (message.startsWith('data: ')) console.log(JSON.parse(message.slice(6)));",
          '}',
        ]
      : ['console.log(await reply.json());']),
  ].join('\n');

const typescriptModel = (origin: string, body: object): string =>
  [
    "import OpenAI from 'openai';",
    '',
    `const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.APP_KEY });`,
    `const reply = await client.chat.completions.create(${pretty(body)});`,
    'console.log(reply.choices[0].message.content);',
  ].join('\n');
