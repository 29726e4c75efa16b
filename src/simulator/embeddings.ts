import { type Json, own } from '#core/json.ts';
import { seededRandom } from '#core/random.ts';
import { invalidParameter, missingParameter } from '#simulator/complaints.ts';
import { drawPace } from '#simulator/pace.ts';
import type { ModelCall } from '#simulator/model-call.ts';
import { Refused } from '#simulator/refused.ts';
import { countTokens } from '#simulator/tokens.ts';

const MOST_INPUTS = 2048;
const MOST_DIMENSIONS = 4096;
/** Digits of a component that are sent: what a 32-bit float holds. */
const PRECISION = 1e8;

/** A text or the ids of its tokens. */
type Input = string | readonly number[];

/** `POST /v1/embeddings`. The same text has the same vector, in every project and run. Throws Refused. */
export const serveEmbeddings = async (call: ModelCall): Promise<void> => {
  const model = call.model();
  const inputs = readInputs(call);
  const dimensions = readDimensions(call, model);
  const base64 = readEncoding(call) === 'base64';
  const { latency, random } = call.world;
  const characters = sum(inputs, (input) => (typeof input === 'string' ? input.length : 0));
  const ids = sum(inputs, (input) => (typeof input === 'string' ? 0 : input.length));
  const promptTokens = sum(inputs, (input) => (typeof input === 'string' ? countTokens(input) : 0));
  const inputTokens = promptTokens + ids;
  const whole = { characters, otherTokens: ids, promptTokens, cachedTokens: 0, choices: 0 };
  call.charge(model, whole);
  const { exchange } = call;
  const complete = await exchange.until(drawPace(latency, inputTokens, random).firstTokenMs);
  call.end({ status: complete ? 200 : 499, inputTokens, outputTokens: 0 });
  if (!complete) return;
  const headers = { ...call.headers(), 'content-type': 'application/json' };
  const parts = bodyParts({ inputs, dimensions, base64, model, inputTokens });
  // What changes a whole body needs it whole.
  if (exchange.effect?.whole)
    return exchange.sendWhole({ status: 200, headers }, [...parts].join(''));
  if (!(await exchange.open({ status: 200, headers }))) return;
  for (const part of parts) if (!(await exchange.write(part))) return;
  exchange.end();
};

/** Vector by vector: a full batch would be tens of megabytes as one text. */
function* bodyParts(answer: {
  readonly inputs: readonly Input[];
  readonly dimensions: number;
  readonly base64: boolean;
  readonly model: string;
  readonly inputTokens: number;
}): Generator<string> {
  const { inputs, dimensions, base64, model, inputTokens } = answer;
  yield '{"object":"list","data":[';
  for (const [index, input] of inputs.entries()) {
    const embedding = encode(vectorOf(input, dimensions), base64);
    const item = JSON.stringify({ object: 'embedding', index, embedding });
    yield index === 0 ? item : `,${item}`;
  }
  const usage = { prompt_tokens: inputTokens, total_tokens: inputTokens };
  yield `],"model":${JSON.stringify(model)},"usage":${JSON.stringify(usage)}}`;
}

const sum = (inputs: readonly Input[], measure: (input: Input) => number): number =>
  inputs.reduce((total, input) => total + measure(input), 0);

const readInputs = ({ body }: ModelCall): readonly Input[] => {
  const given = own(body, 'input');
  if (given === undefined) throw new Refused(missingParameter('input'));
  const inputs = isInput(given) ? [given] : given;
  if (Array.isArray(inputs) && inputs.length > 0 && inputs.length <= MOST_INPUTS) {
    const known = inputs.filter(isInput);
    if (known.length === inputs.length) return known;
  }
  throw new Refused(
    invalidParameter(
      `\`input\` must be a text, its token ids, or a list of 1 to ${MOST_INPUTS} of these; none may be empty.`,
      'input',
    ),
  );
};

const isInput = (value: Json): value is string | number[] =>
  typeof value === 'string'
    ? value !== ''
    : Array.isArray(value) && value.length > 0 && value.every((id) => typeof id === 'number');

const readDimensions = ({ body, profile }: ModelCall, model: string): number => {
  const given = own(body, 'dimensions') ?? profile.embeddingDimensions(model);
  if (
    typeof given === 'number' &&
    Number.isInteger(given) &&
    given >= 1 &&
    given <= MOST_DIMENSIONS
  )
    return given;
  throw new Refused(
    invalidParameter(`\`dimensions\` must be from 1 to ${MOST_DIMENSIONS}.`, 'dimensions'),
  );
};

const readEncoding = ({ body }: ModelCall): 'base64' | 'float' => {
  const given = own(body, 'encoding_format') ?? 'float';
  if (given === 'base64' || given === 'float') return given;
  throw new Refused(
    invalidParameter('`encoding_format` must be float or base64.', 'encoding_format'),
  );
};

/** A unit vector drawn from the input's hash. */
const vectorOf = (input: Input, dimensions: number): Float32Array => {
  const random = seededRandom(hashOf(input));
  const vector = Float32Array.from({ length: dimensions }, () => 2 * random() - 1);
  const length = Math.sqrt(vector.reduce((total, x) => total + x * x, 0)) || 1;
  return vector.map((x) => x / length);
};

const encode = (vector: Float32Array, base64: boolean): string | number[] =>
  base64
    ? Buffer.from(vector.buffer).toString('base64')
    : Array.from(vector, (x) => Math.round(x * PRECISION) / PRECISION);

/** FNV-1a, 32 bits. */
const hashOf = (input: Input): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < input.length; i++) {
    const unit = typeof input === 'string' ? input.charCodeAt(i) : (input[i] ?? 0);
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
};
