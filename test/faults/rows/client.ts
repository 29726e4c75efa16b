import { type FaultRow, type Held, rowOf } from '../row.ts';

const row = rowOf('client');
const clients = (test: string): Held => ['test/faults/clients.test.ts', test];
const crowds = (test: string): Held => ['test/faults/crowds.test.ts', test];
const input = (test: string): Held => ['test/faults/bad-input.test.ts', test];
const leaving = (test: string): Held => ['test/faults/leaving.test.ts', test];

/** How a client may fail, or try us. */
export const clientRows: readonly FaultRow[] = [
  row(
    34,
    'Thousands of connections that send their headers byte by byte.',
    'Each has ten seconds for its headers; the others are served as ever; one address has only so many connections.',
    {
      held: [
        crowds(
          '34 five thousand connections that send their headers byte by byte are cut off in time, and the others are served',
        ),
        clients('34 one address has only so many connections, and the others are served'),
        clients('34 who is refused and does not close its end is cut off all the same'),
        [
          'src/server/doorman.test.ts',
          'lets in as many as there are places, and others as soon as one has left',
        ],
      ],
    },
  ),
  row(35, 'A body that comes slowly.', 'A 408 once it is slower than 1 KB/s for ten seconds.', {
    held: [clients('35 a body that comes too slowly is a 408')],
  }),
  row(
    36,
    'A reader who is slower than a long stream.',
    'The upstream is paused, memory stays flat; who reads nothing for two minutes is cut off.',
    {
      held: [
        clients('36 a reader who takes nothing for two minutes is cut off, and its place is free'),
        [
          'test/faults/back-pressure.test.ts',
          '36 79 a reader who stops reading stops the upstream, costs no memory, and misses nothing',
        ],
      ],
    },
  ),
  row(37, 'A caller leaves the line.', 'It is forgotten at once, and no call is made.', {
    held: [
      clients('37 %s: a caller who leaves the line is forgotten at once, and costs no call'),
      ['src/shared/memory.test.ts', 'forgets at once who has left, and serves the next'],
    ],
  }),
  row(38, 'A caller leaves before its answer.', 'The upstream call ends within 100 ms.', {
    held: [leaving('38 waiting for a whole reply'), leaving('38 waiting for a stream to begin')],
  }),
  row(
    39,
    'Callers leave in the middle of large streams, thirty at once.',
    'The upstream calls end, every place is free, and nothing is counted that could hold others up.',
    {
      held: [
        clients(
          '39 thirty callers who leave large streams at once free the upstream and every place',
        ),
        crowds(
          '39 thirty who leave streams of 5 MB at once make no turn of the event loop work for 50 ms',
        ),
        leaving('39 in the middle of a stream'),
      ],
    },
  ),
  row(
    40,
    'A prompt of 10 MB.',
    'It is taken, up to `limits.request_bytes`, and no turn of the event loop works on it for 100 ms (of the processor’s time: how long others wait is the machine’s business, too).',
    {
      held: [
        clients('40 a prompt of 10 MB arrives whole'),
        crowds('40 %s: no turn of the event loop works for 100 ms on a prompt of 10 MB'),
      ],
    },
  ),
  row(
    41,
    'A body of a gigabyte, or without an end.',
    'A 413 as soon as more than `limits.request_bytes` is announced or has come.',
    { held: [input('41 too large is 413, announced or not')] },
  ),
  row(
    42,
    'A body that is empty, cut off, or not quite JSON.',
    'A 400 that names the place; the key is asked for first.',
    { held: [input('42 cut off'), input('42 asks for the key before it reads anything')] },
  ),
  row(43, 'Nesting 100,000 deep.', 'A 400 from `limits.json_depth` on.', {
    held: [input('43 100,000 deep'), input('43 65 deep')],
  }),
  row(44, 'A key that is there twice.', 'The last one counts, for all that look at it.', {
    held: [input('44 duplicate keys mean their last value to everybody: %s')],
  }),
  row(45, '`__proto__` and `constructor` as keys.', 'They are plain data.', {
    held: [input('45 prototype keys are plain data: %s')],
  }),
  row(46, 'Lone surrogates, NUL, emoji, text from right to left.', 'It arrives as it was.', {
    held: [
      input('46 any text in a prompt arrives as it was: %s'),
      ['src/gateway/demand.test.ts', 'does not trip over odd texts'],
    ],
  }),
  row(
    47,
    'Fields of a wrong type, or out of all bounds.',
    'A 400 that names the field, or the vendor’s own answer; limits stay sound.',
    {
      held: [
        input('47 %s is 400 and names the field'),
        input('47 null stands for nothing'),
        clients('47 %s: bounds that make no sense leave the ledger whole'),
      ],
    },
  ),
  row(
    48,
    'A hundred answers asked for at once.',
    'Each is counted; what no limit can hold is a 413.',
    {
      held: [clients('48 %s: many answers at once are counted each: what never fits is refused')],
    },
  ),
  row(
    49,
    'No messages, 50,000 of them, 20,000 tools.',
    'The vendor decides; the work grows no faster than they.',
    {
      held: [clients('49 %s:')],
    },
  ),
  row(50, 'A header of a megabyte, or ten thousand headers.', 'A 431.', {
    held: [
      clients('50 ten thousand headers are refused'),
      input('50 52 answers what is no HTTP, and headers that are too large, in the same shape'),
    ],
  }),
  row(
    80,
    'Other methods, unknown paths, a slash too many.',
    'A 405 that names the method, or a 404; nothing is said of other origins.',
    { held: [input('80 unknown paths are 404, other methods 405')] },
  ),
];
