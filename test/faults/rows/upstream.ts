import { type FaultRow, type Held, rowOf } from '../row.ts';

const row = rowOf('upstream');
const answers = (test: string): Held => ['test/faults/answers.test.ts', test];
const silence = (test: string): Held => ['test/faults/silence.test.ts', test];
const quotas = (test: string): Held => ['test/faults/quotas.test.ts', test];
const gateway = (test: string): Held => ['test/gateway.test.ts', test];
const failing = (test: string): Held => ['test/failing-upstreams.test.ts', test];
const streams = (test: string): Held => ['src/wire/openai-chat/stream.test.ts', test];

/** How a vendor may fail us. */
export const upstreamRows: readonly FaultRow[] = [
  row(1, 'A new connection is reset before the headers.', 'Another deployment answers.', {
    held: [answers('1 a reset before the headers')],
  }),
  row(
    2,
    'A used connection is closed as the next request is sent on it.',
    'The request is sent once more on a new connection, and nobody is blamed.',
    {
      held: [
        answers(
          '2 a used connection that is closed under a request is replaced, and nobody is blamed',
        ),
        failing('a used connection that is closed without an answer is no failure'),
      ],
    },
  ),
  row(
    3,
    'A reset in the middle of an answer.',
    'A stream ends with an error event and without `[DONE]`, nothing is said twice; a whole answer comes from another deployment.',
    {
      held: [answers('3 a reset after tokens'), gateway('never lets what broke off look complete')],
    },
  ),
  row(
    4,
    'The connection stands, and no answer comes.',
    'It is given up after `first_byte_s` (a whole answer: after its time-out), and another deployment answers.',
    { held: [silence('4 that never answers')] },
  ),
  row(
    5,
    'The vendor vanishes in the middle of an answer.',
    'After `between_chunks_s` of silence the answer ends as in 3, and its place is free.',
    {
      held: [
        silence('5 that vanishes in the middle is given up after a silence, and its place is free'),
        ['src/upstream/call.test.ts', 'whose answer stops in the middle: %s'],
      ],
    },
  ),
  row(
    6,
    'A byte every ten seconds.',
    'No silence is too long, and the time-out of the call ends it.',
    {
      held: [
        silence('6 that drips is never silent, and ends with its time'),
        ['src/upstream/call.test.ts', 'that does not finish, however much it says'],
      ],
    },
  ),
  row(
    7,
    'Status 200, headers, and then nothing.',
    'The client has heard nothing yet: another deployment answers.',
    { held: [silence('7 that stops after its headers')] },
  ),
  row(
    8,
    'A stream ends without `[DONE]`.',
    'With a finish reason it is whole, and gets its end mark; without one it ends with an error event.',
    {
      held: [
        answers('8 an end mark that is missing'),
        answers('8 an end without a reason'),
        gateway('adds the end mark that a finished upstream forgot'),
      ],
    },
  ),
  row(9, 'More data behind `[DONE]`.', 'It is dropped; the next answer has nothing of it.', {
    held: [answers('9 more behind the end mark')],
  }),
  row(
    10,
    'Bytes on a connection that nobody uses.',
    'The connection is closed, and no request gets them for an answer.',
    { held: [answers('10 bytes on an idle connection are nobody’s answer')] },
  ),
  row(
    11,
    'A packed answer although none was asked for, in several layers, or a bomb.',
    'It is unpacked within bounds; a bomb and a long chain are refused.',
    {
      held: [
        answers('11 %s: a packed answer that nobody asked for is opened'),
        answers('11 five layers of packing'),
        answers('11 a bomb of packed zeros'),
      ],
    },
  ),
  row(
    12,
    'A stream cut into pieces anywhere, in characters and line ends too.',
    'The same events reach the client.',
    {
      held: [
        answers('12 13 framing ${as}, byte by byte'),
        ['src/wire/framing/sse.test.ts', 'any events, in any framing, in any pieces'],
        ['test/dify-client.test.ts', 'keeps characters whole that the network cuts in two'],
      ],
    },
  ),
  row(
    13,
    'CR, LF and CRLF mixed, a byte-order mark, comments, other fields, data of several lines.',
    'All are read by the standard and leave in one plain framing; comments are no data.',
    {
      held: [
        answers('12 13 framing ${as}, byte by byte'),
        gateway('turns CRLF, comments and event names of an upstream into plain LF data lines'),
      ],
    },
  ),
  row(
    14,
    'One event of many megabytes without an end.',
    'Above `limits.event_bytes` the call is cut off: before any content another deployment answers, after it an error event ends the stream.',
    {
      held: [
        answers('14 8 MB without a line end'),
        answers('14 8 MB without a line end, later'),
        [
          'src/wire/framing/sse.test.ts',
          'a line without an end is refused as soon as it is too long',
        ],
      ],
    },
  ),
  row(15, 'An event that is not JSON, or an error in the middle of a stream.', 'As in 3.', {
    held: [answers('15 broken JSON in an event'), answers('15 an error in an event')],
  }),
  row(16, 'Bytes that are no UTF-8.', 'They arrive as they came.', {
    held: [
      answers('16 bytes that are no UTF-8 arrive as they came'),
      ['src/wire/framing/sse.test.ts', 'bytes that are no UTF-8 stay as they are'],
    ],
  }),
  row(
    17,
    'Usage that is missing, null, negative, text, or beyond all sense.',
    'It is not believed; the estimate stands, marked as one, and no limit is harmed.',
    {
      held: [quotas('17 that is %s is not believed'), streams('%j tokens are no count')],
    },
  ),
  row(18, 'Usage in each chunk, growing.', 'The last one counts.', {
    held: [
      quotas('18 that grows from chunk to chunk counts once, as its last'),
      streams('of running counts the last one holds'),
    ],
  }),
  row(
    19,
    'Events without choices, delta or id, with fields that nobody knows.',
    'They pass as they are.',
    {
      held: [
        answers('19 events with ${what}'),
        answers('19 fields that nobody knows are kept: %s'),
      ],
    },
  ),
  row(20, 'Tool calls in turns, or without their index.', 'They pass unchanged.', {
    held: [answers('20 tool calls with %s come unchanged: streamed')],
  }),
  row(
    21,
    'A page of HTML, with status 200 or 502.',
    'Another deployment answers; without one it is a 502 that shows nothing of the page.',
    {
      held: [
        answers('21 a page with status 200'),
        answers('21 a page with status 502'),
        gateway('takes HTML for what it is and shows none of it'),
      ],
    },
  ),
  row(22, 'A 429 that speaks of money.', 'The key is parked, the others serve, one line says so.', {
    held: [quotas('22 for money parks the key, and the other one serves')],
  }),
  row(
    23,
    'A 429 without headers and body.',
    'The deployment is left alone for a while that grows, and the others serve.',
    {
      held: [
        quotas('23 without headers and body is believed, and the other one serves'),
        [
          'src/ledger/refusal.test.ts',
          'come back slower each time that they are refused again, and faster once they are not',
        ],
      ],
    },
  ),
  row(
    24,
    'A `retry-after` of a day, negative, in the past, or no number.',
    'A day parks the deployment; nonsense is no wait, and nothing is out for longer than its window.',
    {
      held: [
        quotas('24 with retry-after %s keeps the key out for no longer than a minute'),
        quotas('24 with retry-after of a day parks the key for it, and no longer'),
        quotas('24 with retry-after of seven seconds is told so to who cannot wait'),
      ],
    },
  ),
  row(
    25,
    'Every deployment is overloaded (529).',
    'Retries stop at a fifth of the traffic; the client hears of it with its status, and no limit is harmed.',
    {
      held: [
        quotas('25 as overloaded, by all of them, says so and leaves the ledger alone'),
        failing('a storm of failures is not answered with a storm of retries'),
      ],
    },
  ),
  row(26, 'A wrong `content-length`, or one beside chunks.', 'No answer: as in 1.', {
    held: [answers('26 a length that is too short'), answers('26 a length beside chunks')],
  }),
  row(
    27,
    'Chunk extensions of 1 MB, trailers.',
    'Extensions are ignored, trailers bounded as headers are.',
    {
      held: [
        answers('27 chunk extensions of 1 MB'),
        answers('27 trailers of 1 MB come too late for a stream, and are no answer: %s'),
      ],
    },
  ),
  row(
    28,
    'Hundreds of headers, or one of 64 KB.',
    'A hundred headers may come, and 32 KB of them in all; more is no answer: as in 1.',
    { held: [answers('28 300 short headers'), answers('28 a header line of 64 KB')] },
  ),
  row(29, 'A redirect to another place.', 'It is never followed; as in 1.', {
    held: [answers('29 a redirect to a place inside')],
  }),
  row(
    30,
    'A certificate that has expired, is for another name, or from nobody known.',
    'No call is made; a 502 says what to do.',
    {
      held: [
        ['test/faults/certificates.test.ts', '30 that %s is a 502, and another deployment answers'],
        [
          'test/way-out.test.ts',
          'refuses a certificate that nobody vouches for, and says what to do',
        ],
        ['src/upstream/agents.test.ts', 'a CA of one’s own vouches for it, for its names only'],
      ],
    },
  ),
  row(
    31,
    'A name that cannot be resolved, or leads to other addresses.',
    'The last good address holds for a while; addresses inside are refused unless they are allowed.',
    {
      held: [
        [
          'test/faults/names.test.ts',
          '31 a name that nobody knows is a 502, and another deployment answers',
        ],
        ['src/upstream/resolve.test.ts', 'hold for a minute when nobody can be asked'],
        ['src/upstream/resolve.test.ts', 'are left out where the name may not lead there'],
        [
          'test/may-reach.test.ts',
          'lets a vendor’s own name lead outside only, and one of the config anywhere',
        ],
      ],
    },
  ),
  row(
    32,
    'Rate headers that are negative, text, or endless.',
    'They are ignored; what the ledger knows stands.',
    {
      held: [quotas('32 %s: headers that tell nonsense')],
    },
  ),
  row(
    33,
    'Somebody else uses up half of a key’s limit.',
    'What is told of the rest lowers ours at once.',
    {
      held: [
        ['test/faults/quotas.test.ts', '33 %s: what somebody else has used up is not asked for'],
        ['src/ledger/told.test.ts', 'is lowered at once: somebody else uses it'],
      ],
    },
  ),
];
