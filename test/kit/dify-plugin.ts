import { request } from 'node:http';
import OpenAI from 'openai';

/*
 * Dify's plugin for OpenAI-compatible endpoints, as far as it can be seen from outside: what it sends,
 * and where it gives up. The oldest version that is used much, and the newest.
 */
export const VERSIONS = ['0.0.22', 'current'] as const;

export type Version = (typeof VERSIONS)[number];

export interface PluginReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

type Hears = (piece: string) => void;

/** A request on a connection of its own, as `requests.post` makes it: the reply's head and text. */
export const pluginPost = (
  url: string,
  body: object,
  { headers = {}, hears }: { headers?: Record<string, string>; hears?: Hears | undefined } = {},
): Promise<PluginReply> =>
  new Promise((resolve, reject) => {
    const asking = request(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json',
        'accept-charset': 'utf-8',
        'user-agent': 'python-requests/2.32.3',
        accept: '*/*',
        'accept-encoding': 'gzip, deflate',
        ...headers,
      },
    });
    asking.once('error', reject);
    asking.once('response', (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (data: Buffer) => {
        chunks.push(data);
        hears?.(data.toString('latin1'));
      });
      res.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
      });
    });
    asking.end(JSON.stringify(body));
  });

export interface PluginSettings {
  readonly version: Version;
  /** Its `endpoint_url`. */
  readonly endpoint: string;
  /** Empty where there is none. */
  readonly key: string;
  readonly model: string;
  /** Told of each piece of an answer as it comes, before the plugin makes anything of it. */
  readonly hears?: Hears;
}

export interface ToolPiece {
  id: string;
  name: string;
  input: string;
}

export interface PluginAnswer {
  readonly content: string;
  readonly thoughts: string;
  readonly tools: readonly ToolPiece[];
  readonly usage:
    | { readonly prompt_tokens: number; readonly completion_tokens: number }
    | undefined;
  readonly finish: string | undefined;
}

interface Delta {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly tool_calls?: readonly { readonly id?: string; readonly function?: CalledFunction }[];
  /** Where a person has said that the model knows no tools, but functions. */
  readonly function_call?: CalledFunction | null;
}

interface CalledFunction {
  readonly name?: string | null;
  readonly arguments?: string | null;
}

interface Chunk {
  readonly choices?: readonly { readonly delta: Delta; readonly finish_reason?: string | null }[];
  readonly usage?: PluginAnswer['usage'] | null;
  readonly error?: { readonly message?: string };
}

const fail = (why: string): never => {
  throw new Error(why);
};

/** Only this status will do; its text is what people see in the node. */
const checked = ({ status, text }: PluginReply): string =>
  status === 200 ? text : fail(`API request failed with status code ${status}: ${text}`);

/** Reads a stream as the plugin does; throws where it would stop in the middle. */
const readStream = (text: string, version: Version): PluginAnswer => {
  const pieces = text.split('\n\n');
  if (pieces.pop() !== '') fail('the stream does not end with a blank line');
  let [content, thoughts] = ['', ''];
  let usage: PluginAnswer['usage'];
  let finish: string | undefined;
  const tools: ToolPiece[] = [];
  for (const piece of pieces) {
    if (piece.startsWith(':')) continue;
    // The older one wants the space, and neither wants another field.
    const prefix = version === '0.0.22' ? 'data: ' : 'data:';
    if (!piece.startsWith(prefix)) fail(`not an event for the plugin: ${piece}`);
    const data = piece.slice(prefix.length).trim();
    if (data === '[DONE]') continue;
    const chunk = JSON.parse(data) as Chunk;
    if (!chunk.choices) fail(chunk.error?.message ?? `neither choices nor an error: ${data}`);
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices ?? [];
    if (!choice) continue;
    finish = choice.finish_reason ?? undefined;
    content += choice.delta.content ?? '';
    thoughts += choice.delta.reasoning_content ?? choice.delta.reasoning ?? '';
    for (const call of callsOf(choice.delta)) addTo(tools, call);
  }
  if (pieces.at(-1) !== 'data: [DONE]') fail('the stream has no end mark');
  return { content, thoughts, tools, usage, finish };
};

/** A function has no id: the plugin gives it one, and each piece the same. */
const callsOf = ({ tool_calls: calls, function_call: fn }: Delta) =>
  calls ?? (fn ? [{ id: 'tool_call_id', function: fn }] : []);

/** A piece with a new id, or with a name, begins a call; others go on with the last. */
const addTo = (tools: ToolPiece[], piece: NonNullable<Delta['tool_calls']>[number]): void => {
  const { id = '', function: fn = {} } = piece;
  const isNew = (id !== '' && tools.every((tool) => tool.id !== id)) || Boolean(fn.name);
  if (isNew) tools.push({ id, name: fn.name ?? '', input: fn.arguments ?? '' });
  else {
    const last = tools.at(-1) ?? fail('a piece of no call');
    last.input += fn.arguments ?? '';
  }
};

/** What a person does with the plugin: saves a model, and lets nodes run. */
export class DifyPlugin {
  readonly #settings: PluginSettings;

  constructor(settings: PluginSettings) {
    this.#settings = settings;
  }

  /** On Save: a ping, of which only its status and its kind count. Throws what the person would read. */
  async validate(): Promise<void> {
    const { endpoint, key, model, version } = this.#settings;
    if (version === 'current' && /^(?:o1|o3|gpt-5)/.test(model)) {
      const client = new OpenAI({ baseURL: endpoint, apiKey: key });
      const messages = [{ role: 'user' as const, content: 'ping' }];
      await client.chat.completions.create({ model, messages, max_completion_tokens: 16 });
      return;
    }
    const ping = { model, max_tokens: 5, messages: [{ role: 'user', content: 'ping' }] };
    await this.#expectKind('chat.completion', this.#post('chat/completions', ping));
  }

  /** The same for a model that only completes texts. */
  async validateCompletion(): Promise<void> {
    const ping = { model: this.#settings.model, max_tokens: 5, prompt: 'ping' };
    await this.#expectKind('text_completion', this.#post('completions', ping));
  }

  async #expectKind(kind: string, asked: Promise<PluginReply>): Promise<void> {
    const { object = '' } = JSON.parse(checked(await asked)) as { object?: string };
    if (!['', kind].includes(object)) fail(`an object of kind ${object}`);
  }

  /** The same where the model is said to be for streams: more than the status is not read. */
  async validateStream(): Promise<void> {
    const messages = [{ role: 'user', content: 'ping' }];
    const ping = { model: this.#settings.model, max_tokens: 10, messages, stream: true };
    checked(await this.#post('chat/completions', ping));
  }

  /** On Save of a model for embeddings. */
  async validateEmbeddings(): Promise<void> {
    await this.embeddings(['ping']);
  }

  /** In the order of the answer: what each says of its place is not read. */
  async embeddings(input: readonly string[]): Promise<number[][]> {
    const { model, version } = this.#settings;
    const newer = version === 'current' && { encoding_format: 'float' };
    const { status, text } = await this.#post('embeddings', { model, input, ...newer });
    if (status !== 200) fail(`${status} Error: ${text}`);
    const { data, usage } = JSON.parse(text) as {
      data: readonly { embedding: number[] }[];
      usage: { prompt_tokens: number; total_tokens: number };
    };
    if (!(usage.prompt_tokens >= 0 && usage.total_tokens >= 0)) fail('no usage');
    return data.map(({ embedding }) => embedding);
  }

  /** On Save of a model that puts documents into order: more than its form is not asked of it. */
  async validateRerank(): Promise<void> {
    const documents = [
      'Carson City is the capital city of the American state of Nevada.',
      'The Commonwealth of the Northern Mariana Islands has its capital at Saipan.',
      'Washington, D.C. is the capital of the United States.',
    ];
    await this.rerank('What is the capital of the United States?', documents);
  }

  /** Each document's place and its score, the best first. */
  async rerank(query: string, documents: readonly string[]): Promise<[number, number][]> {
    const { model } = this.#settings;
    const body = { model, query, documents, top_n: documents.length };
    const { results } = JSON.parse(checked(await this.#post('rerank', body))) as {
      results: readonly { index: number; relevance_score: number }[];
    };
    return results.map(({ index, relevance_score: score }) => [index, score]);
  }

  /** A node: always a stream. */
  async stream(fields: object, messages: readonly object[]): Promise<PluginAnswer> {
    const { model, version } = this.#settings;
    const own =
      version === '0.0.22'
        ? { chat_template_kwargs: { enable_thinking: false } }
        : {
            stream_options: { include_usage: true },
            chat_template_kwargs: { enable_thinking: false },
            thinking: { type: 'disabled' },
            enable_thinking: false,
            reasoning_format: 'none',
          };
    const body = {
      model,
      stream: true,
      ...own,
      temperature: 0.7,
      ...fields,
      messages,
      user: 'u-7',
    };
    return readStream(checked(await this.#post('chat/completions', body)), version);
  }

  /** What it asks beside the flow: the title of a conversation, questions to suggest. */
  async whole(messages: readonly object[]): Promise<PluginAnswer> {
    const { model } = this.#settings;
    const body = { model, stream: false, temperature: 1, messages, user: 'u-7' };
    const reply = JSON.parse(checked(await this.#post('chat/completions', body))) as {
      model: string;
      choices: readonly { message: Delta; finish_reason: string }[];
      usage?: PluginAnswer['usage'];
    };
    const [choice] = reply.choices;
    // Older versions read these without looking.
    if (!choice || !('content' in choice.message) || !reply.model) return fail('no answer');
    const { usage } = reply;
    if (usage && !(usage.prompt_tokens >= 0 && usage.completion_tokens >= 0)) fail('half a usage');
    const { content, reasoning_content: thoughts } = choice.message;
    const tools: ToolPiece[] = [];
    for (const call of callsOf(choice.message)) addTo(tools, call);
    const finish = choice.finish_reason;
    return { content: content ?? '', thoughts: thoughts ?? '', tools, usage, finish };
  }

  #post(operation: string, body: object): Promise<PluginReply> {
    const { endpoint, key, hears } = this.#settings;
    const base = endpoint.endsWith('/') ? endpoint : `${endpoint}/`;
    // Without a key its embeddings send an empty header.
    const keyless: Record<string, string> = operation === 'embeddings' ? { authorization: '' } : {};
    const headers = key === '' ? keyless : { authorization: `Bearer ${key}` };
    return pluginPost(new URL(operation, base).href, body, { headers, hears });
  }
}
