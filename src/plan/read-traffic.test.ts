import { describe, expect, it } from 'vitest';
import { readTraffic } from '#plan/read-traffic.ts';

const read = (text: string) => readTraffic(text, 'log');

const own = (more: object = {}) => ({
  time: '2026-01-01T00:00:10.500Z',
  group: 'm',
  status: 200,
  key: 'k',
  user: 'ann',
  priority: 'batch',
  stream: true,
  input_tokens: 100,
  estimated_input_tokens: 90,
  output_tokens: 20,
  max_output_tokens: 300,
  queue_ms: 500,
  total_ms: 2_500,
  ...more,
});
const lines = (...records: unknown[]) => records.map((one) => JSON.stringify(one)).join('\n');

const COLUMNS =
  'api_key,startTime,endTime,completionStartTime,prompt_tokens,completion_tokens,model,model_group,user,end_user,status,metadata';
const KEY = '88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b';
const TIMES = '2026-01-01 00:00:10.5,2026-01-01 00:00:12.5,2026-01-01 00:00:11';

describe('our own records', () => {
  it('are read as they were written, in the order of time', () => {
    const { requests } = read(lines(own(), own({ time: '2026-01-01T00:00:00Z', stream: false })));
    expect(requests.map(({ line }) => line)).toEqual([2, 1]);
    expect(requests[1]).toEqual({
      line: 1,
      wallMs: Date.parse('2026-01-01T00:00:10.500Z'),
      model: 'm',
      key: 'k',
      user: 'ann',
      priority: 'batch',
      stream: true,
      inputTokens: 100,
      outputTokens: 20,
      maxOutputTokens: 300,
      // Without what it stood in line.
      tookMs: 2_000,
    });
  });

  it('of refusals for want of room are demand, as large as is usual; other errors are not', () => {
    const refused = own({ status: 429, input_tokens: null, output_tokens: null, total_ms: 3 });
    const log = lines(own(), own({ output_tokens: 40 }), own({ output_tokens: 60 }), refused);
    const { requests, passedOver } = read(
      `${log}\n${lines(own({ status: 401, group: '' }), own({ status: 400 }), own({ status: 401 }))}`,
    );
    expect(requests).toHaveLength(4);
    expect(requests[3]).toMatchObject({ inputTokens: 90, outputTokens: 40, tookMs: 1_280 });
    expect([...passedOver]).toEqual([
      [401, 2],
      [400, 1],
    ]);
  });

  it.each([
    ['{', 'it is no JSON object'],
    ['[1]', 'it is no JSON object'],
    ['{"a": 1}', 'it has neither `time` and `group` nor `startTime`'],
    [lines(own({ time: 'soon' })), 'time must be a time such as 2026-01-31T12:00:00Z'],
    [
      lines(own({ time: '2026-13-01T00:00:00Z' })),
      'time must be a time such as 2026-01-31T12:00:00Z',
    ],
    [lines(own({ input_tokens: -1 })), 'input_tokens must be a number of at least 0'],
    [lines(own({ output_tokens: 'x' })), 'output_tokens must be a number of at least 0'],
    [lines(own({ total_ms: {} })), 'total_ms must be a number of at least 0'],
    [lines(own({ priority: 'urgent' })), 'priority must be interactive or batch'],
  ])('that are broken are named: %s', (line, why) => {
    const { requests, broken } = read(`${lines(own())}\n\n${line}\n${lines(own())}`);
    expect(requests).toHaveLength(2);
    expect(broken).toEqual({ count: 1, first: [{ line: 3, why }] });
  });

  it('that are broken by the hundred are counted, and the first ones named', () => {
    const { broken } = read(`${lines(own())}\n${'{\n'.repeat(500)}`);
    expect(broken.count).toBe(500);
    expect(broken.first).toHaveLength(10);
  });
});

describe("LiteLLM's spend logs", () => {
  const expected = {
    wallMs: Date.parse('2026-01-01T00:00:10.500Z'),
    model: 'm',
    key: KEY.slice(0, 12),
    user: 'ann',
    priority: 'interactive',
    stream: true,
    inputTokens: 100,
    outputTokens: 20,
    tookMs: 2_000,
  };

  it('are read from CSV', () => {
    const text = `${COLUMNS}\r\n${KEY},${TIMES},100,20,m-2026,m,boss,ann,success,"{""a"": ""b, c""}"\r\n`;
    expect(read(text).requests).toEqual([{ line: 2, ...expected }]);
  });

  it('are read from a JSON list, and from JSON lines', () => {
    const row = {
      api_key: KEY,
      startTime: '2026-01-01T01:00:10.500+01:00',
      endTime: '2026-01-01T00:00:12.500000+00:00',
      completionStartTime: '2026-01-01T00:00:11+00:00',
      prompt_tokens: 100,
      completion_tokens: 20,
      model: 'm',
      model_group: '',
      end_user: 'ann',
      metadata: {},
    };
    const one = [{ line: 1, ...expected }];
    expect(read(JSON.stringify([row])).requests).toEqual(one);
    expect(read(lines(row)).requests).toEqual(one);
  });

  it('count a failure as demand unless it was the caller’s own', () => {
    const failure = (code: string) =>
      `${KEY},${TIMES},0,0,m,m,,,failure,"{""error_information"": {""error_code"": ""${code}""}}"`;
    const served = `${KEY},${TIMES},100,20,m,m,,,success,{}`;
    const left = failure('499').replace('failure', 'success');
    const { requests, passedOver } = read(
      [COLUMNS, served, failure('429'), failure(''), failure('400'), left].join('\n'),
    );
    expect(requests.map(({ line, inputTokens }) => [line, inputTokens])).toEqual([
      [2, 100],
      [3, 100],
      [4, 100],
    ]);
    expect([...passedOver]).toEqual([
      [400, 1],
      [499, 1],
    ]);
  });

  it('that are broken are named by their line', () => {
    const good = `${KEY},${TIMES},100,20,m,m,,"two\nlines",success,{}`;
    const { broken } = read([COLUMNS, good, 'too,few', good.replace('100', 'ten')].join('\n'));
    expect(broken.first).toEqual([
      { line: 4, why: 'it has 2 fields, the first line has 12' },
      { line: 5, why: 'prompt_tokens must be a number of at least 0' },
    ]);
  });
});

it.each(['', '\n', '{"a": 1}', 'a,b\n1,2\n', '[1, 2', '[]', 'model_list:\n  - a: b\n'])(
  'says what it reads where nothing is a request: %j',
  (text) => {
    expect(() => read(text)).toThrow(
      /^log has no request that can be replayed.*It reads the records/,
    );
  },
);
