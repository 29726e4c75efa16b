import type { RunEvent } from '#flow/events.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { difyError, notFound } from '#service-api/dify-error.ts';
import { DifyEvents } from '#service-api/dify-events.ts';
import { styleOf } from '#service-api/generate.ts';
import { type ApiCall, userOf } from '#service-api/http-call.ts';
import type { RunRecord } from '#service-api/runs.ts';
import { sendStream } from '#service-api/sse.ts';

/** `GET /workflow/{id}/events`: a run, by its id or its task's, from its beginning. Who leaves does not end it. */
export const resumeRun = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const id = call.params['runId'] ?? '';
  const record = deps.runs.byTask(id) ?? (await deps.runs.get(id));
  const { served } = call;
  if (!record || record.facts.appId !== served.id || record.facts.user !== userOf(call))
    throw notFound('Workflow run not found.');
  const events = new DifyEvents({ facts: record.facts, style: styleOf(served) });
  await sendStream(call, {
    clock: deps.clock,
    events: watched(record, call.signal),
    write: (event) => events.of(event),
    failed: (thrown) => events.failed(difyError(thrown)),
  });
};

/** Events that wait for a reader who is behind: of more the run is not held up, and the reader is let go. */
const MOST_WAITING = 10_000;

async function* watched(record: RunRecord, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
  const waiting: (RunEvent | undefined)[] = [];
  let wake = (): void => {};
  const unwatch = record.watch((event) => {
    waiting.push(event);
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    for (;;) {
      if (signal.aborted || waiting.length > MOST_WAITING) return;
      if (waiting.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      for (const event of waiting.splice(0)) {
        if (event === undefined) return;
        yield event;
      }
    }
  } finally {
    unwatch();
  }
}
