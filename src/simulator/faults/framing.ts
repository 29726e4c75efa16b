import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { z } from '#core/schema.ts';
import type { RawWriter } from '#simulator/faults/effect.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'framing',
  about: 'HTTP that is odd or wrong: long chunk extensions, trailers, a length beside chunks',
  example: '{kind: framing, what: chunk_extensions, bytes: 1000000}',
  options: {
    what: z.enum(['chunk_extensions', 'trailers', 'length_and_chunks']),
    /** Of extensions and trailers. */
    bytes: z.int().min(1).max(100_000_000).default(1_000_000),
  },
  strike: ({ what, bytes }) => ({
    raw: (socket) =>
      rawWriter(socket, {
        extension: what === 'chunk_extensions' ? `;x=${'x'.repeat(bytes)}` : '',
        trailer: what === 'trailers' ? `x-trailer: ${'x'.repeat(bytes)}\r\n` : '',
        length: what === 'length_and_chunks' ? '10' : undefined,
      }),
  }),
});

interface Oddities {
  /** Of the first chunk. */
  readonly extension: string;
  readonly trailer: string;
  readonly length: string | undefined;
}

const rawWriter = (socket: Socket, { extension, trailer, length }: Oddities): RawWriter => {
  let next = extension;
  return {
    open({ status, headers }) {
      const { 'content-length': _, ...others } = headers;
      const all = {
        ...others,
        'transfer-encoding': 'chunked',
        ...(length !== undefined && { 'content-length': length }),
      };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`);
    },
    write(bytes) {
      socket.write(`${bytes.length.toString(16)}${next}\r\n`);
      socket.write(bytes);
      socket.write('\r\n');
      next = '';
    },
    end() {
      socket.end(`0\r\n${trailer}\r\n`);
    },
  };
};
