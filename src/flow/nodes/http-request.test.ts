import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { JsonObject } from '#core/json.ts';
import type { FlowReply, FlowRequest, MadeFile } from '#flow/ports.ts';
import { dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

/** As code of a flow may make it: no upload ever looked at it. */
const fileOf = (more: object): JsonObject => ({
  dify_model_identity: '__dify__file__',
  id: 'f',
  type: 'document',
  transfer_method: 'local_file',
  related_id: 'f',
  filename: 'a.txt',
  mime_type: 'text/plain',
  ...more,
});

/** A flow of one request: what it sends, and the files that it keeps. */
const requested = async (
  data: object,
  reply: Partial<FlowReply> = {},
  asked: { readonly query?: string; readonly files?: readonly JsonObject[] } = {},
) => {
  const clock = new VirtualClock();
  const sent: FlowRequest[] = [];
  const kept: MadeFile[] = [];
  const answer = { status: 200, headers: {}, body: Buffer.from(''), ...reply };
  const chat = new ScriptedChat(
    clock,
    () => ({ pieces: [] }),
    (request) => {
      sent.push(request);
      return Promise.resolve(answer);
    },
  );
  const files = {
    read: () => Promise.resolve(Buffer.from('')),
    keep: (made: MadeFile) => {
      kept.push(made);
      const { name, mimeType, bytes } = made;
      const whole = {
        id: 'f',
        kind: 'custom',
        method: 'tool_file',
        extension: '',
        url: '',
      } as const;
      return Promise.resolve({ ...whole, name, mimeType, sizeBytes: bytes.length });
    },
  };
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        get: {
          type: 'http-request',
          method: 'post',
          url: 'https://sample.invalid/a/plot',
          ...data,
        },
        end: { type: 'end', outputs: [{ variable: 'body', value_selector: ['get', 'body'] }] },
      },
      ['start>get', 'get>end'],
      { mode: 'workflow' },
    ),
  );
  const services = Object.assign(chat, { files });
  const events = await runToEnd(flow, clock, { services, ...asked });
  return { sent, kept, events };
};

test('a form may stand in lines, as in old files', async () => {
  const body = { type: 'x-www-form-urlencoded', data: 'a:1\nb: two words\n\nc:x:y' };
  expect((await requested({ body })).sent[0]).toMatchObject({
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'a=1&b=two+words&c=x%3Ay',
  });
});

test.each([
  [{ 'content-type': 'image/png' }, 'plot.png'],
  [
    { 'content-type': 'image/png', 'content-disposition': 'inline; filename="a.b.jpeg"' },
    'a.b.jpeg',
  ],
  // UTF-8, each byte as one sign; and a byte that is none.
  [
    { 'content-disposition': `attachment; filename="${Buffer.from('é.pdf').toString('latin1')}"` },
    'é.pdf',
  ],
  [{ 'content-disposition': 'attachment; filename="\u00e9.pdf"' }, 'é.pdf'],
  [{ 'content-disposition': "attachment; filename*=UTF-8''%C3%A9.pdf" }, 'é.pdf'],
])('what comes with %j is the file %s', async (headers, name) => {
  const { kept } = await requested({}, { headers, body: Buffer.from([0x89, 0x50, 0, 1]) });
  expect(kept.map((file) => file.name)).toEqual([name]);
});

test('what somebody has asked stays in the header and in the parameter that it is put into', async () => {
  const { sent } = await requested(
    {
      url: 'https://sample.invalid/a?x=%20&y=1~2',
      headers: 'X-Asked: {{#sys.query#}}\nX-More: 1',
      params: 'q: {{#sys.query#}}\nz:2\nz:3\n:4',
    },
    {},
    { query: 'a:b\nX-Evil: 1' },
  );
  expect(sent[0]).toMatchObject({
    url: 'https://sample.invalid/a?x=%20&y=1~2&q=a%3Ab%0AX-Evil%3A+1&z=2&z=3',
    headers: { 'X-Asked': 'a:b X-Evil: 1', 'X-More': '1' },
  });
  expect(sent[0]?.headers).not.toHaveProperty('X-Evil');
});

test('a line that is a variable alone may hold headers', async () => {
  const { sent } = await requested(
    { headers: '{{#sys.query#}}' },
    {},
    { query: 'X-One: 1\nX-Two: 2' },
  );
  expect(sent[0]?.headers).toEqual({ 'X-One': '1', 'X-Two': '2' });
});

test('a header that nobody can say is told by its name', async () => {
  const { sent, events } = await requested({ headers: 'X-Name: 山田' });
  expect(sent).toEqual([]);
  expect(events.at(-1)).toMatchObject({
    error: { message: expect.stringContaining('The header X-Name has characters') },
  });
});

test('one header of a name: what the flow says in place of ours, what frames the body in place of both', async () => {
  const json = { type: 'json', data: [{ value: '{}' }] };
  const patch = 'content-type: application/merge-patch+json';
  expect((await requested({ headers: patch, body: json })).sent[0]?.headers).toEqual({
    'content-type': 'application/merge-patch+json',
  });
  const form = { type: 'form-data', data: [{ key: 'a', type: 'text', value: 'b' }] };
  const { sent } = await requested({ headers: 'content-type: multipart/form-data', body: form });
  expect(sent[0]?.headers).toEqual({
    'Content-Type': expect.stringMatching(/^multipart\/form-data; boundary=form-/),
  });
  const authorization = { type: 'api-key', config: { type: 'bearer', api_key: 'k' } };
  expect((await requested({ headers: 'authorization: old', authorization })).sent[0]).toMatchObject(
    {
      headers: { Authorization: 'Bearer k' },
    },
  );
});

test('JSON goes as it is written, to the last digit; what is nearly JSON is mended', async () => {
  const bodyOf = async (value: string) =>
    (await requested({ body: { type: 'json', data: [{ value }] } })).sent[0]?.body;
  expect(await bodyOf('{"id": 12345678901234567890}')).toBe('{"id": 12345678901234567890}');
  expect(await bodyOf("{'id': 1,}")).toBe('{"id":1}');
});

test.each([
  ['image/svg+xml', '<svg/>', 1],
  ['application/xml', '<a/>', 0],
  ['application/octet-stream', '{"a": 1}', 0],
  ['application/octet-stream', '\0\u0001', 1],
  ['text/csv', 'a,b', 0],
])('%s with %j is a file %i times', async (type, body, count) => {
  const { kept } = await requested(
    {},
    { headers: { 'content-type': type }, body: Buffer.from(body) },
  );
  expect(kept).toHaveLength(count);
});

test.each([
  ['text/plain\r\nX-Evil: 1\r\n\r\nevil', 'application/octet-stream'],
  ['text/plain\n', 'application/octet-stream'],
  ['no type', 'application/octet-stream'],
  ['', 'application/octet-stream'],
  ['text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
])('a file of the type %j goes as %s', async (mime_type, type) => {
  const files = [fileOf({ mime_type, filename: 'a"\r\nX: 1\0\u007f.txt' })];
  const file = ['sys', 'files'];
  const form = { type: 'form-data', data: [{ key: 'k"\r\n', type: 'file', file }] };
  const [sent] = (await requested({ body: form }, {}, { files })).sent;
  const [head] = Buffer.from(sent?.body ?? '')
    .toString()
    .split('\r\n\r\n');
  expect(head?.split('\r\n').slice(1)).toEqual([
    'Content-Disposition: form-data; name="k%22%0D%0A"; filename="a%22%0D%0AX: 1%00%7F.txt"',
    `Content-Type: ${type}`,
  ]);
  const binary = { type: 'binary', data: [{ file }] };
  expect((await requested({ body: binary }, {}, { files })).sent[0]?.headers).toEqual({
    'Content-Type': type,
  });
});

test('what authorises a request is a header like all others: its name and its value are looked at', async () => {
  const failureOf = async (config: object) => {
    const { sent, events } = await requested({ authorization: { type: 'api-key', config } });
    return { sent: sent.length, last: events.at(-1) };
  };
  expect(await failureOf({ type: 'custom', header: 'X Key', api_key: 'k' })).toMatchObject({
    sent: 0,
    last: { error: { message: expect.stringContaining('"X Key" is no name of a header.') } },
  });
  expect(await failureOf({ type: 'bearer', api_key: '鍵' })).toMatchObject({
    sent: 0,
    last: { error: { message: expect.stringContaining('The header Authorization has char') } },
  });
  const config = { type: 'custom', header: 'Transfer-Encoding', api_key: 'chunked' };
  const { sent } = await requested({ authorization: { type: 'api-key', config } });
  expect(sent[0]?.headers).toEqual({});
});
