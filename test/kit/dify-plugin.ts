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

/** A request on a connection of its own, as `requests.post` makes it: the reply's head and text. */
export const pluginPost = (
  url: string,
  body: object,
  headers: Record<string, string> = {},
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
      res.on('data', (data: Buffer) => chunks.push(data));
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
  readonly key: string;
  readonly model: string;
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
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly function?: { readonly name?: string | null; readonly arguments?: string | null };
  }[];
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
    thoughts += choice.delta.reasoning_content ?? '';
    for (const call of choice.delta.tool_calls ?? []) addTo(tools, call);
  }
  if (pieces.at(-1) !== 'data: [DONE]') fail('the stream has no end mark');
  return { content, thoughts, tools, usage, finish };
};

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
    const { object = '' } = JSON.parse(checked(await this.#post(ping))) as { object?: string };
    if (!['', 'chat.completion'].includes(object)) fail(`an object of kind ${object}`);
  }

  /** The same where the model is said to be for streams: more than the status is not read. */
  async validateStream(): Promise<void> {
    const messages = [{ role: 'user', content: 'ping' }];
    checked(
      await this.#post({ model: this.#settings.model, max_tokens: 10, messages, stream: true }),
    );
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
    return readStream(checked(await this.#post(body)), version);
  }

  /** What it asks beside the flow: the title of a conversation, questions to suggest. */
  async whole(messages: readonly object[]): Promise<PluginAnswer> {
    const { model } = this.#settings;
    const body = { model, stream: false, temperature: 1, messages, user: 'u-7' };
    const reply = JSON.parse(checked(await this.#post(body))) as {
      model: string;
      choices: readonly { message: Delta; finish_reason: string }[];
      usage?: PluginAnswer['usage'];
    };
    const [choice] = reply.choices;
    // Older versions read these without looking.
    if (!choice || !('content' in choice.message) || !reply.model) return fail('no answer');
    const { content, tool_calls: calls = [] } = choice.message;
    const tools: ToolPiece[] = [];
    for (const call of calls) addTo(tools, call);
    const finish = choice.finish_reason;
    return { content: content ?? '', thoughts: '', tools, usage: reply.usage, finish };
  }

  #post(body: object): Promise<PluginReply> {
    const { endpoint, key } = this.#settings;
    const base = endpoint.endsWith('/') ? endpoint : `${endpoint}/`;
    const headers: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
    return pluginPost(new URL('chat/completions', base).href, body, headers);
  }
}
