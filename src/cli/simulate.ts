import type { CliCommand } from '#cli/command.ts';
import type { SimulateOptions } from '#cli/run-simulate.ts';
import { parsePort } from '#cli/options.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Plays a vendor with several projects: keys, request and token limits, headers and 429 texts
as OpenAI's, answers that stream at a believable pace. Without a file: project-1 to
project-3 with the keys sk-sim-project-1 to -3, gpt-4.1 and an embedding model, 500 requests
and 30,000 tokens a minute each.

A file may say:
  organisation: {rpm: 1000, tpm: 60000}        # shared by all projects; optional
  projects:
    - {id: one, key: sk-one, models: [gpt-4.1], rpm: 500, tpm: 30000, rpd: 10000}
    - id: two
      key: sk-two
      profile: groq   # whose limits, headers and errors: eight vendors
      buckets:     # any limit: dim requests, tokens, input or output; model linear, sliding or fixed
        - {dim: requests, limit: 600, per_s: 60, burst_s: 1}   # 10 at once, 10 more each second
        - {dim: tokens, limit: 30000, per_s: 60, model: fixed} # whole again at each full minute
  latency:
    ttft_ms: {median: 450, sigma: 0.6}
    tokens_per_s: {min: 40, max: 80}
  faults:
    - {kind: http, status: 529, at_s: 30, dur_s: 20}        # overloaded for 20 s, after half a minute
    - {kind: reset_after_bytes, n: 900, p: 0.01}            # one in a hundred breaks off
    - {kind: never_respond, times: 1, projects: [two]}      # one call of one project hangs
    - {kind: error_event, after_events: 3, stream: true}    # 200, three events, then an error

While it runs, faults come and go:
  curl localhost:4100/simulator/faults -d '{"kind": "stall", "after_bytes": 400, "p": 0.1}'
  curl localhost:4100/simulator/faults                  what is set, and how often it struck
  curl -X DELETE localhost:4100/simulator/faults        all of it is over (?id=fault-1: that one)
All kinds, each with an example: spillway simulate --list-faults

Look at it:   GET  /simulator           tables, project by project
              GET  /simulator/projects  the same as JSON
Start afresh: POST /simulator/reset     full limits, empty logs; faults stay
More in docs/guides/simulator.md.
`;

export const simulate: CliCommand = {
  name: 'simulate',
  register(command) {
    command
      .description('play a vendor: projects, keys, limits, no model and no cost')
      .option('--port <number>', 'port to listen on; 0 picks a free one', parsePort, 4100)
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('-c, --config <file>', 'projects, limits, pace and faults')
      .option('--list-faults', 'say what can go wrong, by example, and end')
      .addHelpText('after', HELP)
      .action(async (options: SimulateOptions & { listFaults?: true }) => {
        const { listFaults, runSimulate } = await loaded(import('#cli/run-simulate.ts'));
        await (options.listFaults ? listFaults() : runSimulate(options));
      });
  },
};
