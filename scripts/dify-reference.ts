import { writeFileSync } from 'node:fs';
import { z } from '#core/schema.ts';
import { PYTHON_MODULES } from '#flow/checklist.ts';
import { KEPT_TYPES } from '#flow/kept.ts';
import { NODE_TYPES } from '#flow/nodes/index.ts';

/** What is said of each node type, and of those of its fields that are not plainly supported. */
const NOTES: Readonly<
  Record<string, { about: string; fields?: Readonly<Record<string, string>> }>
> = {
  start: {
    about:
      'The form of an app. Kinds of fields: text-input, paragraph, select, number, checkbox, json_object, file, file-list; `external_data_tool` keeps the app from running.',
  },
  llm: {
    about:
      'Chat and completion prompts, Jinja, memory, context, pictures, structured output, thoughts apart.',
    fields: {
      model:
        'supported; the model is looked up among the groups of the config, parameters go on in words that every vendor understands',
      memory:
        'supported; the past is cut to the window, to 400,000 characters and to the model’s context where that is known, tokens being estimated',
      vision:
        'differs: pictures with an address are fetched by the vendor; audio and PDF are sent along; video is left out',
      reasoning_format:
        'supported; thoughts that a vendor sends apart are left out of `text` in the form `tagged`',
      structured_output:
        'supported; JSON that is nearly right is mended, then checked against the schema, its patterns and formats apart',
    },
  },
  answer: {
    about:
      'Streams in the order of its template, however its sources are timed. What stands behind a variable that nobody makes is not streamed, nor are later answers; the node’s own output shows the variable’s name in its place. Both as in Dify.',
  },
  end: {
    about:
      'Several ends add up; what has no value is null, and what is streamed ends before it, as in Dify.',
  },
  'if-else': {
    about:
      'Every operator. A case without conditions is not taken. `contains` and `all of` find the number 3 where the form says "3", as Dify does not; `in` does not either.',
  },
  code: {
    about:
      'JavaScript in QuickJS; Python 3.14 in a jailed process with its standard library and `requests`; the network through the guarded client (`fetch`, `requests`: 50 requests, 16 MB a run, and no more than 16 MB under way at once); 15 s and 64 MB (JavaScript) or 256 MB (Python). ' +
      'JavaScript is the language alone with `fetch` and a `console` that says nothing: no modules, no `Buffer`, `URL`, `TextEncoder`, `process`, `setTimeout` or others of Node; `atob` and `btoa` are there. ' +
      `Modules of Python: ${[...PYTHON_MODULES].map((name) => `\`${name}\``).join(', ')}.`,
    fields: { outputs: 'supported, with the limits of Dify' },
  },
  'template-transform': {
    about:
      'Jinja by an engine of our own, held to a table of what Jinja 3.1.6 prints for the same templates and values and says of wrong ones: dictionaries in their order, tuples, floats, big integers, quotes, every filter, test and method of texts, lists and dictionaries, also those that change a list. ' +
      'It differs in this: values arrive as JSON, which cannot tell 1.0 from 1, nor 1e20 from its digits, and has keys that are whole numbers first; a generator, a function and a method print without the address that Python gives them; `pprint` breaks no long text; `striptags` knows the commonest entities; within `autoescape` constants are escaped like all else, where Jinja leaves some as they are; slices of constants that have none are refused; a generator is made at once, whether it is used or not. ' +
      'There is no `random`, `lipsum` and `urlize`, no bytes (`encode`), nothing whose name begins with an underscore, no sign by its name (`\\N{BULLET}`), no attribute of a number (`n.real`), no complex number, and no other template: `include`, `import`, `extends` and `self` are errors, as they are in Dify. A template that loops too long, nests too deeply or makes too much is stopped.',
  },
  'http-request': {
    about:
      'Through a client that refuses private networks unless `spillway_settings.apps.network.allow` names them. No retries of its own.',
    fields: {
      headers:
        'differs: `Host` may say what the address says, and nothing else: whom a flow may call is decided by the address, where Dify sends any. What frames a message (`Content-Length`, `Transfer-Encoding` and the like) is written here',
      timeout: 'differs: connect, read and write together are the time for all of it',
      ssl_verify: 'supported',
    },
  },
  'variable-aggregator': { about: 'The first variable that has a value, in groups or without.' },
  'variable-assigner': { about: 'The aggregator’s name in old files.' },
  assigner: {
    about:
      'Sets variables of the conversation and of loops; version 1 and 2. Version 2 checks what it is given against the declared type, items of lists too; `set` and arithmetic take constants, lists take variables. Other values fail the node, as in Dify. It differs in this: `clear`, `remove-first` and `remove-last` do not look at the kind of value that the form still names.',
  },
  iteration: {
    about:
      'In turn or side by side, three ways with errors, nested too. What answers inside say comes in the order of the items.',
    fields: { parallel_nums: 'differs: up to 100 at once, not 10' },
  },
  'iteration-start': { about: 'Where rounds begin.' },
  loop: { about: 'At most 100 rounds; conditions are looked at before each.' },
  'loop-start': { about: 'Where rounds begin.' },
  'loop-end': { about: 'Ends the loop after this round.' },
  'list-operator': {
    about: 'Filter, extract, order, limit; lists of texts, numbers, truths, files.',
  },
  'question-classifier': {
    about:
      'Asks the model for JSON with the id and the name of a class; the first class where one of them is missing or there is no such id, a name alone included, as in Dify.',
  },
  'parameter-extractor': {
    about: 'By a tool call, or in words where the model refuses tools.',
    fields: { reasoning_mode: 'supported' },
  },
  'document-extractor': {
    about:
      'pdf, docx, xlsx, pptx, epub, csv, html, md, txt, eml and other texts; not doc, xls, ppt, msg.',
  },
  tool: {
    about:
      'Built-in `time` and `json_process`, APIs of `spillway_settings.apps.tools`, workflows; other tools are missing.',
  },
  agent: {
    about: 'Calls functions; the strategy ReAct runs in the same way. At most 10 tools.',
    fields: { agent_strategy_name: 'differs: every strategy calls functions' },
  },
};

const fieldsOf = (config: z.ZodType): string[] => {
  const schema = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
  return Object.keys(schema.properties ?? {});
};

const HEAD = `# Dify: what runs, and how

This page is generated from the program (\`node --conditions=source scripts/dify-reference.ts\`); a test holds it.
What is not named here is kept in an app and plays no part in its runs.
The task is in [Run Dify apps](../guides/dify.md).

Every node may have \`retry_config\`, \`error_strategy\` (\`fail-branch\`, \`default-value\`) and \`default_value\`.

`;

const API = `
## Service API

Under \`/v1\`, with a key of the app (\`app-…\`): \`POST chat-messages\`, \`completion-messages\`, \`workflows/run\`, \`workflows/{id}/run\`, their \`stop\`, \`GET workflows/run/{id}\`, \`workflow/{id}/events\` (a run from its beginning), \`workflows/logs\`, \`conversations\` (list, name, delete, variables), \`messages\` (list, feedbacks, suggested), \`app/feedbacks\`, \`info\`, \`parameters\`, \`meta\`, \`site\`, \`files/upload\`, \`files/{id}/preview\`. Not there: audio, annotations.

The same key makes the app a model for clients that know models, and so does a virtual key that may use the model \`app/NAME\`, at its own cost: \`POST /v1/chat/completions\` and \`GET /v1/models\`, with \`inputs\`, \`files\` and \`conversation_id\` in \`metadata\`.

What differs:

- An app has at most 150,000 words and signs of YAML, some 20,000 lines or 500 nodes as the canvas writes them; a text of many lines counts once. What is larger is refused at the import, and as a file of the folder.
- Every ready node runs at once, where Dify starts about three.
- A caller who leaves a stream ends its run; what was said until then stands in the conversation.
- A file that is only an address is fetched where its bytes are needed, not before. Its server is asked what it is (\`HEAD\`, for 5 s at most); where it does not say, its name and its type are what the address says, and its size is -1.
- Prices are in US dollars, a million tokens at a time, and stand at 0 where nobody knows them. A price of what was asked holds what came from a vendor’s cache at its own rate. The usage of a run has the rates of its last call and takes as long as the run.
- The newest 10,000 conversations are kept, runs and uploads for 30 days: of runs 512 MB in the store, of uploads 4 GB in the data directory, a quarter of it for one user of an app.
- Moderation by keywords holds for all apps that talk: what is asked or put in is not run where it holds one (\`message\` and \`message_end\` alone), an answer is replaced as soon as it holds one (\`message_replace\`) and its run stops, where Dify looks every 300 characters. For clients that know models such an answer ends with \`content_filter\`. Moderation that asks a service is off.
- A secret that a flow puts into a conversation variable is not there in the next turn: what is kept holds no secret.
- Features without a counterpart (that moderation, speech, annotations) are off, and said in the checklist.

Events of streams: \`workflow_started\`, \`node_started\`, \`node_finished\`, \`node_retry\`, \`iteration_*\`, \`loop_*\`, \`agent_log\`, \`reasoning_chunk\` (where thoughts are apart; not in apps with secrets, whose thoughts are told masked at the node’s end), \`text_chunk\`, \`workflow_finished\`, \`message\`, \`message_replace\`, \`message_end\`, \`agent_message\`, \`agent_thought\`, \`message_file\` (in apps without a workflow: what a model has drawn, what an agent’s tool has left), \`error\`, \`ping\`. Not sent:

| event | why |
|---|---|
| \`text_replace\` | nothing replaces the text of a workflow: moderation holds for apps that talk, as in Dify |
| \`tts_message\`, \`tts_message_end\` | no model here speaks |
| \`human_input_required\`, \`human_input_form_filled\`, \`human_input_form_timeout\`, \`workflow_paused\` | a run cannot be paused here; the node is kept and does not run |

## Apps without a workflow

\`chat\`, \`agent-chat\` and \`completion\` run as a small workflow of a form, a model or an agent, and an answer. An agent tells an \`agent_thought\` for each tool that it has used, and a last one without a tool whose \`thought\` is its answer. Knowledge that is attached stays where it is.
`;

const KEPT =
  'An app with such a node, or with one of a type that nobody knows, runs until the node’s turn has come. It fails then with the reason, as its `error_strategy` says, and is not tried again. A code node in another language does the same. The checklist names all of them beforehand.';

/** The whole page. Throws where something of the program is not told of. */
export const difyReference = (): string => {
  const rows = NODE_TYPES.map((type) => {
    const note = NOTES[type.type];
    if (!note) throw new Error(`Say something of ${type.type} in scripts/dify-reference.ts.`);
    const fields = fieldsOf(type.config).map((field) => {
      const told = note.fields?.[field] ?? 'supported';
      return `| \`${field}\` | ${told} |`;
    });
    const table = fields.length === 0 ? '' : `\n| field | |\n|---|---|\n${fields.join('\n')}\n`;
    return `### \`${type.type}\`\n\n${note.about}\n${table}`;
  });
  const kept = Object.entries(KEPT_TYPES).map(([type, { why }]) => `| \`${type}\` | ${why} |`);
  return `${HEAD}## Nodes that run\n\n${rows.join('\n')}\n## Nodes that are kept and do not run\n\n${KEPT}\n\n| type | why |\n|---|---|\n${kept.join('\n')}\n${API}`;
};

if (process.argv[1]?.endsWith('dify-reference.ts'))
  writeFileSync(new URL('../docs/reference/dify.md', import.meta.url), difyReference());
