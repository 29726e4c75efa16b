import { type FaultRow, type Held, rowOf } from '../row.ts';

const row = rowOf('attacker');
const input = (test: string): Held => ['test/faults/bad-input.test.ts', test];
const own = (test: string): Held => ['test/faults/attackers.test.ts', test];
const keys = (test: string): Held => ['test/keys.test.ts', test];
const gateway = (test: string): Held => ['test/gateway.test.ts', test];

/** What somebody may try who means no good. */
export const attackerRows: readonly FaultRow[] = [
  row(51, 'Line breaks in values that come back in headers.', 'No such value gets into a header.', {
    held: [
      gateway('keeps a client’s own call id when it is fit for a header'),
      ['src/balancer/decision.test.ts', 'takes at most 1 KB, and its summary is fit for a header'],
    ],
  }),
  row(
    52,
    'Two lengths, a length beside chunks, odd codings.',
    'A 400, and the connection is closed.',
    {
      held: [
        input('50 52 answers what is no HTTP, and headers that are too large, in the same shape'),
      ],
    },
  ),
  row(
    53,
    'Headers for proxies, a false `Host`.',
    'None is passed on, and none is believed: an address is that of the connection.',
    {
      held: [
        own('53 %s: headers for proxies and a false Host go no further'),
        keys('opens only the routes and addresses that it lists'),
      ],
    },
  ),
  row(54, '`api_base`, `api_key` or headers in a body.', 'No client chooses key or place.', {
    held: [
      gateway(
        'keeps what speaks to the gateway from the vendor, and lets no client choose key or place',
      ),
    ],
  }),
  row(
    55,
    'Pictures at addresses inside.',
    'The gateway fetches nothing, or only what is safe to.',
    {
      held: [
        own('55 %s: a picture at an address inside is fetched by nobody here'),
        [
          'src/net/guarded-client.test.ts',
          'a name that leads to a private address is not followed, wherever else it leads',
        ],
      ],
    },
  ),
  row(
    56,
    'Keys tried out by the thousand.',
    'One address has ten tries a minute; no answer tells how near one was.',
    {
      held: [
        keys('is slow to guess'),
        keys('says the same of every key that is none'),
        ['src/keys/equal-to.test.ts', 'only the secret itself is equal to it'],
      ],
    },
  ),
  row(57, 'The same key by another header.', 'The same rules hold.', {
    held: [input('57 %s may carry the key')],
  }),
  row(58, 'Query language in keys and fields.', 'It is a value, wherever it comes.', {
    held: [
      ['src/store/store.conformance.ts', 'takes any text as data'],
      keys('says the same of every key that is none'),
    ],
  }),
  row(59, 'Model names that are paths, patterns, or look alike.', 'A name is itself or unknown.', {
    held: [
      ['src/gateway/groups.test.ts', 'the same letters in another Unicode form are the same name'],
      input('a path for a model'),
    ],
  }),
  row(
    60,
    'Prompts or keys in logs and errors.',
    'Nowhere: neither there nor in metrics and records.',
    {
      held: [
        input('60 keeps every secret out of its log, its metrics and its records'),
        gateway('shows neither its key nor its place when the vendor repeats them: %s'),
        [
          'test/cli.test.ts',
          'says when it is ready, answers, keeps secrets to itself, and ends well',
        ],
      ],
    },
  ),
  row(
    61,
    'A call of another site with the cookie of an administrator.',
    'A 401: the cookie alone opens nothing.',
    {
      held: [
        ['src/keys/sessions.test.ts', 'needs the cookie and the word of the page'],
        ['test/browser/sign-in.test.ts', 'lets no other site act for who is signed in'],
      ],
    },
  ),
  row(62, 'A pattern that takes for ever.', 'It is ended after 50 ms.', { later: 'guardrails' }),
];
