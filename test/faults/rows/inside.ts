import { type FaultRow, type Held, rowOf } from '../row.ts';

const row = rowOf('inside');
const stopping = (test: string): Held => ['test/faults/shut-down.test.ts', test];
const store = (test: string): Held => ['test/store-trouble.test.ts', test];
const restart = (test: string): Held => ['test/faults/restart.test.ts', test];

/** What may befall the process and what it stands on. */
export const insideRows: readonly FaultRow[] = [
  row(
    63,
    'Fifty thousand idle connections. (Tried with six thousand, where the system allows two thousand files.)',
    'A 503 before the process runs out of files; calls upstream and the ledger’s file keep theirs.',
    {
      held: [
        [
          'test/faults/clients.test.ts',
          '63 idle connections leave room for calls, and who comes beyond it hears so until some go',
        ],
        [
          'test/faults/crowds.test.ts',
          '63 who comes when files run short hears so, calls still get theirs, and all is well when some go',
        ],
        [
          'test/faults/crowds.test.ts',
          '63 of six thousand who stay, each has a place or hears why not, and calls are made as ever',
        ],
        ['src/server/doorman.test.ts', 'of %i files clients may have %i connections'],
      ],
    },
  ),
  row(
    64,
    'The wall clock jumps by an hour.',
    'No limit and no time-out moves, and no budget is given twice.',
    {
      held: [
        [
          'test/faults/clients.test.ts',
          '64 %s: a wall clock that jumps by an hour moves no limit and no time-out',
        ],
        [
          'test/budgets.test.ts',
          'begins anew with its window, and not once more when the clock goes back',
        ],
      ],
    },
  ),
  row(65, 'The disk is full, or may not be written.', 'One line says so, and requests go on.', {
    held: [
      restart('65 goes on without a folder to write to, and says so once'),
      [
        'src/store/journal.test.ts',
        'has whole lines only, and those that it took, when the disk is full',
      ],
    ],
  }),
  row(
    66,
    'The database is away.',
    'What was known last serves on. At a start, too, where the config lets it: with a copy. Nothing can be changed; what is spent is written down.',
    {
      held: [
        store('stops no request; records are kept and written later, and it is said'),
        store(
          '66 is done without where the config says so: who was known is served, and all is made up for',
        ),
        store('66 ends the start where the config does not, and where nothing was ever copied'),
        [
          'src/store/store-copy.test.ts',
          'reads what a start needs from the copy, and does nothing else',
        ],
        [
          'src/store/postgres/postgres.conformance.test.ts',
          'a database that is not there is told with what to look at',
        ],
      ],
    },
  ),
  row(67, 'The database is slow.', 'No request waits for it.', {
    held: [store('that answers nothing holds up no request')],
  }),
  row(68, 'Redis is away, slow, or empty.', 'Each process goes on with its safe share.', {
    later: 'quotas over several processes',
  }),
  row(
    69,
    'A config that is wrong.',
    'At the start it is refused, with file, line and column; while it runs, the old one stays.',
    {
      held: [
        ['test/cli.test.ts', 'what cannot start says where and why'],
        restart('69 SIGHUP says whether the config could be served as it is now, and ends nothing'),
      ],
    },
  ),
  row(
    70,
    'A key is changed or revoked under way.',
    'New calls use the new one; streams end as they would.',
    {
      held: [
        ['test/keys.test.ts', 'can be blocked, deleted, and changed'],
        ['test/keys.test.ts', 'is rotated with a grace, and keeps its spend'],
        [
          'test/faults/restart.test.ts',
          '70 SIGHUP takes a vendor’s new key for new calls, and those under way end as they would',
        ],
      ],
    },
  ),
  row(
    71,
    'SIGTERM with 200 streams under way.',
    'All come to their end; what takes too long ends with an error.',
    {
      held: [
        stopping('71 lets 200 streams under way come to their end'),
        stopping('71 ends what takes longer with an honest error: begun, asked, and in line'),
        stopping('71 has ten seconds more when it is told again: %s'),
        restart('71 lets a stream come to its end, and the process ends well'),
        restart('71 of a supervisor leaves load balancers time, and one of a person does not'),
        restart('71 keeps what was learned of limits, and what is left of them'),
      ],
    },
  ),
  row(72, 'SIGKILL between an answer and its booking.', 'It is booked once.', {
    held: [
      store('has written down every request that it answered, once'),
      ['src/store/store.conformance.ts', 'counts a record once, however often it is written'],
    ],
  }),
  row(73, 'The event loop is held up.', 'Streams survive, and a line tells of it.', {
    held: [
      [
        'test/faults/clients.test.ts',
        '73 %s: answers outlive a process that was busy with something else',
      ],
      ['src/server/loop-watch.test.ts', 'a process that stood still says so once, with how long'],
      ['src/upstream/call.test.ts', 'is not given up for a time in which nobody listened to it'],
    ],
  }),
  row(
    74,
    'A task or a callback inside fails, and nobody waits for it or catches it. (There are no plugins.)',
    'It ends what it belongs to, not the process; a line and a counter tell of it. Above a hundred a minute the process ends.',
    {
      held: [
        restart(
          '74 a task and a callback that fail inside end no process: they are told, and counted',
        ),
        [
          'src/server/survived.test.ts',
          'tells of a task that failed with nobody waiting, counts it, and lets the process live',
        ],
        ['src/server/survived.test.ts', 'ends a process that does little else'],
      ],
    },
  ),
  row(
    75,
    'Memory runs short.',
    'From 85 % of the heap on no batch waits any more, from 92 % on nobody does and large bodies are not read. Large bodies that would take more than half of it together wait for one another, ten seconds at most: nothing crashes.',
    {
      held: [
        ['src/shared/queue-limits.test.ts', 'lets fewer wait the less memory there is'],
        [
          'src/server/heap-watch.test.ts',
          'what a heap holds is looked at each second, and each change is told once',
        ],
        ['test/faults/clients.test.ts', '75 large bodies are not read while memory is nearly full'],
        [
          'test/faults/crowds.test.ts',
          '75 32 bodies of 10 MB at once, on a heap that cannot hold them, end no process',
        ],
        [
          'src/gateway/large-bodies.test.ts',
          'bodies have room for half of the heap, and then wait for one another',
        ],
      ],
    },
  ),
  row(
    76,
    'A thousand deployments, and a hundred new configs.',
    'Each is in force within 200 ms; nothing is lost.',
    {
      later: 'reading the config anew while it runs',
    },
  ),
  row(77, 'Two processes change the database at once.', 'One waits for the other.', {
    held: [['src/store/postgres/postgres.conformance.test.ts', 'may be opened by many at once']],
  }),
  row(
    78,
    'A vendor that has IPv6 alone, or ends HTTP/2 connections.',
    'New calls go elsewhere, those under way end.',
    {
      later: 'HTTP/2 is not spoken',
    },
  ),
  row(
    79,
    'A thousand streams that come faster than they are read.',
    'Each holds so much and no more, and its upstream waits. (Tried with a thousand at once, on sockets that hold little.)',
    {
      held: [
        [
          'test/faults/back-pressure.test.ts',
          '36 79 a reader who stops reading stops the upstream, costs no memory, and misses nothing',
        ],
        [
          'test/faults/back-pressure.test.ts',
          '79 a thousand readers who stop reading stop their upstreams (skipped where no network of its own can be had)',
        ],
      ],
    },
  ),
];
