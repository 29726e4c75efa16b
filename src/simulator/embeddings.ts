import { type Json, own } from '#core/json.ts';
import { invalidParameter, missingParameter } from '#simulator/complaints.ts';
import { drawPace } from '#simulator/pace.ts';
import type { ModelCall } from '#simulator/model-call.ts';
import { Refused } from '#simulator/refused.ts';
import { countTokens } from '#simulator/tokens.ts';
import { type Input, encode, vectorOf } from '#simulator/vectors.ts';

const MOST_INPUTS = 2048;
const MOST_DIMENSIONS = 4096;

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
