import { randomUUID } from 'node:crypto';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, own } from '#core/json.ts';
import { secretMask } from '#core/secret-mask.ts';
import { answerAfter } from '#flow/answer-text.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import type { Turn } from '#flow/nodes/node-type.ts';
import type { FlowServices } from '#flow/ports.ts';
import { runFlow } from '#flow/run.ts';
import type { Pass } from '#keys/pass.ts';
import type { Conversation, ConversationStore, Message } from '#service-api/conversations.ts';
import { RunRecord, type Runs } from '#service-api/runs.ts';
import type { RunStartFacts } from '#service-api/runs.ts';
import type { ServedApp } from '#service-api/served-apps.ts';
import { agentThoughts } from '#service-api/agent-thought.ts';
import { acceptFile, acceptInputs, checkFiles } from '#service-api/accept-file.ts';
import { type AskAbout, askAboutFiles } from '#service-api/remote-files.ts';
import type { Uploads, Whose } from '#service-api/uploads.ts';

/** Who pays for what a run asks of models, where that is not the app. */
export interface RunPayer {
  /** A word for whoever shares; never a key. */
  readonly key: string;
  readonly user: string;
  readonly pass?: Pass;
  readonly tags?: readonly string[];
  /** For whom it asks, where that is not its user. */
  readonly endUser?: string;
  /** Where it is. */
  readonly address?: string;
}

export interface RunDeps {
  readonly clock: Clock;
  readonly runs: Runs;
  readonly conversations: ConversationStore;
  readonly uploads: Uploads;
  readonly askAbout: AskAbout;
  /** What flows may ask of the world; files belong to somebody. */
  readonly services: (whose: Whose & { readonly payer?: RunPayer }) => FlowServices;
  /** Throws SpillwayError where whoever pays for an app has no money left: none of it runs then. */
  readonly mayBegin: (whose: Whose) => void;
  /** So many runs at once, of all apps; more are refused. */
  readonly mostRuns: number;
}

export interface RunAsked {
  readonly served: ServedApp;
  readonly query: string;
  readonly inputs: JsonObject;
  readonly files: readonly Json[];
  readonly user: string;
  readonly from: RunStartFacts['from'];
  /** That goes on; another one begins where left out, for an app that talks. */
  readonly conversation?: Conversation;
  /** What was said before, where the caller tells it: then nothing is kept. */
  readonly history?: readonly Turn[];
  readonly signal: AbortSignal;
  readonly payer?: RunPayer;
  /** When nobody waits for it any more, monotonic ms. */
  readonly deadline?: number;
  /** How many flows stand above this one. */
  readonly depth?: number;
}

export interface AppRun {
  readonly record: RunRecord;
  /** Once; a reader that stops reading stops the run. */
  readonly events: AsyncGenerator<RunEvent, void>;
}

export const seconds = (clock: Clock): number => Math.floor(clock.wall() / 1000);

/** Whether an app of this mode has conversations. */
export const talks = ({ app }: ServedApp): boolean =>
  app.mode === 'advanced-chat' && app.written !== 'completion';

/**
 * Begins a run. Throws SpillwayError `flow_invalid` for an app that cannot run, `invalid_request` for
 * inputs that do not fit, `rate_limited` when too many run already, `over_budget` when its payer has
 * nothing left.
 */
export const startRun = async (deps: RunDeps, asked: RunAsked): Promise<AppRun> => {
  const { served, query, user, conversation } = asked;
  const { flow, id: appId, workflowId } = served;
  if (!flow) throw notRunnable(served);
  mustHaveRoom(deps);
  const whose = { appId, user };
  // A conversation goes on with what it began with.
  const given =
    conversation && talks(served) ? { ...asked.inputs, ...conversation.inputs } : asked.inputs;
  const told = await askAboutFiles(deps.askAbout, { ...asked, inputs: given }, asked.signal);
  // Others may have begun meanwhile.
  mustHaveRoom(deps);
  const known = { uploads: deps.uploads, whose, told };
  const inputs = acceptInputs(known, given);
  const files = asked.files.map((file) => acceptFile(known, file));
  checkFiles(served.app.features.fileUpload, files);
  if (!asked.payer) deps.mayBegin(whose);
  const stop = new AbortController();
  const facts: RunStartFacts = {
    id: randomUUID(),
    taskId: randomUUID(),
    appId,
    workflowId,
    user,
    query,
    inputs,
    from: asked.from,
    createdAt: seconds(deps.clock),
    createdMs: deps.clock.wall(),
    ...(served.app.mode === 'advanced-chat' && {
      messageId: randomUUID(),
      conversationId: conversation?.id ?? randomUUID(),
    }),
  };
  const record = new RunRecord(facts, () => stop.abort(), served.app.secrets);
  const events = runFlow(flow, {
    query,
    inputs,
    files,
    services: deps.services({ ...whose, ...(asked.payer && { payer: asked.payer }) }),
    clock: deps.clock,
    ids: {
      run: facts.id,
      user,
      app: appId,
      workflow: workflowId,
      ...(talks(served) && { conversation: facts.conversationId! }),
    },
    past: {
      history: asked.history ?? turnsOf(conversation),
      variables: conversation?.variables ?? {},
    },
    depth: asked.depth ?? 0,
    ...(asked.deadline !== undefined && { deadline: asked.deadline }),
    signal: AbortSignal.any([stop.signal, asked.signal]),
  });
  return { record, events: recorded(deps, { asked, record, events, files }) };
};

const mustHaveRoom = ({ runs, mostRuns }: RunDeps): void => {
  if (runs.underWay >= mostRuns)
    throw new SpillwayError('rate_limited', 'Too many runs are under way; try again later.');
};

const turnsOf = (conversation: Conversation | undefined): readonly Turn[] =>
  (conversation?.messages ?? []).map(({ query, answer }) => ({ query, answer }));

const notRunnable = ({ app, findings }: ServedApp): SpillwayError =>
  new SpillwayError(
    'flow_invalid',
    `${app.name} cannot run: ${findings[0]?.message ?? 'it is no flow'}`,
  );

interface Recording {
  readonly asked: RunAsked;
  readonly record: RunRecord;
  readonly events: AsyncGenerator<RunEvent, void>;
  readonly files: readonly JsonObject[];
}

async function* recorded(
  deps: RunDeps,
  { asked, record, events, files }: Recording,
): AsyncGenerator<RunEvent, void> {
  // What others set meanwhile is theirs.
  const variables: Record<string, Json> = {};
  let answer = '';
  const isKept = talks(asked.served) && !asked.history;
  deps.runs.begin(record);
  try {
    for await (const event of events) {
      answer = answerAfter(answer, event);
      if (event.type === 'variable-set' && event.selector[0] === 'conversation')
        variables[event.selector[1]] = event.value;
      record.add(event);
      // What was said stands in the conversation before anybody hears that it is over.
      if (event.type === 'run-finish' && isKept)
        await remember(deps, asked, { record, answer, variables, files });
      yield event;
    }
  } finally {
    try {
      // Who leaves finds what was said until then.
      if (isKept && !record.finish)
        await remember(deps, asked, { record, answer, variables, files });
    } finally {
      deps.runs.over(record);
    }
  }
}

/** An answer that was replaced is whole. */
const messageStatus = (finish: RunFinish | undefined): Message['status'] => {
  if (!finish) return 'stopped';
  if (finish.status === 'failed') return 'error';
  return finish.status === 'stopped' && !finish.moderated ? 'stopped' : 'normal';
};

const LONGEST_NAME = 60;

/** The words that begin a conversation, with what was put in; what was not stays as it is written. */
const opened = (statement: string, inputs: JsonObject): string =>
  statement.replace(/\{\{([a-zA-Z_]\w{0,29})\}\}/g, (whole, name: string) => {
    const value = own(inputs, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });

const remember = async (
  { conversations, clock, runs }: RunDeps,
  { served, query, user, conversation }: RunAsked,
  said: {
    readonly record: RunRecord;
    readonly answer: string;
    readonly variables: Readonly<Record<string, Json>>;
    readonly files: readonly JsonObject[];
  },
): Promise<void> => {
  const { facts, finish } = said.record;
  if (runs.isGone(said.record)) return;
  const now = seconds(clock);
  const id = facts.conversationId!;
  const thoughts = served.app.written === 'agent-chat' ? agentThoughts(said.record.events) : [];
  const message: Message = {
    id: facts.messageId!,
    conversationId: id,
    query,
    // What is kept holds no secret, even where the app has told one.
    answer: secretMask(served.app.secrets).text(said.answer),
    inputs: facts.inputs,
    files: said.files,
    status: messageStatus(finish),
    error: finish?.error?.message ?? null,
    runId: facts.id,
    createdAt: facts.createdAt,
    ...(thoughts.length > 0 && { thoughts }),
  };
  const first = {
    id,
    appId: served.id,
    user,
    name: query.trim().slice(0, LONGEST_NAME) || 'New conversation',
    inputs: facts.inputs,
    introduction: opened(served.app.features.openingStatement, facts.inputs),
    createdAt: facts.createdAt,
  };
  await conversations.change(id, (before) => {
    // Whoever has deleted it meanwhile does not want it back.
    if (conversation && !before) return undefined;
    return {
      ...first,
      // Another run of it may have ended meanwhile.
      ...before,
      variables: { ...before?.variables, ...said.variables },
      updatedAt: now,
      messages: [...(before?.messages ?? []), message],
    };
  });
};
