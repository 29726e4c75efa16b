/** One message of a stream of server-sent events. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** More of one message than this is not held. */
const LONGEST_CHARS = 16_000_000;

/** Reads a body as server-sent events, until it ends. */
export async function* readEvents(reply: Response): AsyncGenerator<ServerEvent, void> {
  if (!reply.body) return;
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      let end = text.indexOf('\n\n');
      while (end >= 0) {
        const event = parse(text.slice(0, end));
        text = text.slice(end + 2);
        if (event) yield event;
        end = text.indexOf('\n\n');
      }
      if (text.length > LONGEST_CHARS) throw new Error('a message without an end');
    }
  } finally {
    // Who stops reading lets the server stop sending.
    await reader.cancel().catch(() => {});
  }
}

const parse = (block: string): ServerEvent | undefined => {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7);
    else if (line.startsWith('data: ')) data.push(line.slice(6));
  }
  return data.length > 0 ? { event, data: data.join('\n') } : undefined;
};
