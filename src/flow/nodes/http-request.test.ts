import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { FlowReply, FlowRequest, MadeFile } from '#flow/ports.ts';
import { dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

/** A flow of one request: what it sends, and the files that it keeps. */
const requested = async (data: object, reply: Partial<FlowReply> = {}) => {
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
  await runToEnd(flow, clock, { services: Object.assign(chat, { files }) });
  return { sent, kept };
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
