import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject } from '#core/json.ts';
import { type FlowFile, fileValue } from '#flow/file.ts';
import { parseLooseJson } from '#flow/loose-json.ts';
import type { AgentTool } from '#flow/nodes/agent-tools.ts';
import { askModel } from '#flow/nodes/ask-model.ts';
import type { NodeEvent, NodeRun } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import type { ToolAnswer } from '#flow/ports.ts';
import { type Spent, sumSpent, sumTook, type Took } from '#flow/spent.ts';
import type { ChatMessage, ChatRequest, Part, ToolCallPart } from '#wire/chat-request.ts';

export interface Conversation {
  readonly request: ChatRequest;
  readonly tools: readonly AgentTool[];
  /** So often the model may ask for tools; after that it has to answer. */
  readonly mostRounds: number;
}

export interface Concluded {
  /** All that the model said. */
  readonly text: string;
  readonly files: readonly FlowFile[];
  readonly json: readonly Json[];
  /** All of its calls. */
  readonly spent: Spent;
  readonly took: Took | undefined;
}

/** Asks the model, runs the tools that it calls, tells it what they said, until it calls no more. */
export async function* converse(
  node: NodeRun<unknown>,
  { request, tools, mostRounds }: Conversation,
): AsyncGenerator<NodeEvent, Concluded> {
  const messages: ChatMessage[] = [...request.messages];
  const files: FlowFile[] = [];
  const json: Json[] = [];
  let text = '';
  let spent: Spent = {};
  let took: Took | undefined;
  for (let round = 1; ; round++) {
    const id = `round-${round}`;
    const label = `Round ${round}`;
    yield { type: 'log', id, label, status: 'started', data: {} };
    const mayCall = tools.length > 0 && round <= mostRounds;
    const answer = yield* askModel(
      node,
      {
        ...request,
        messages: [...messages],
        ...(mayCall && { tools: tools.map(({ tool }) => tool) }),
      },
      (delta) => [{ type: 'delta', output: 'text', text: delta }],
    );
    text += answer.text;
    spent = sumSpent(spent, answer.spent);
    took = sumTook(took, answer.took);
    const { calls } = answer;
    yield {
      type: 'log',
      id,
      label,
      status: 'succeeded',
      data: { output: answer.text, tool_calls: calls.map(({ name, input }) => ({ name, input })) },
    };
    if (!mayCall || calls.length === 0) return { text, files, json, spent, took };
    messages.push({ role: 'assistant', parts: [...spokenParts(answer.text), ...calls] });
    const results: Part[] = [];
    const used = yield* useAll(node, { calls, tools, parentId: id });
    for (const { call, answer: said, error } of used) {
      files.push(...(said?.files ?? []));
      spent = sumSpent(spent, said?.spent ?? {});
      json.push(...(said?.json ?? []));
      const content = error ?? said?.text ?? '';
      results.push({
        kind: 'tool-result',
        id: call.id,
        name: call.name,
        content: [{ kind: 'text', text: content }],
        ...(error !== undefined && { isError: true }),
      });
    }
    messages.push({ role: 'user', parts: results });
  }
}

const spokenParts = (text: string): Part[] => (text === '' ? [] : [{ kind: 'text', text }]);

interface Used {
  readonly call: ToolCallPart;
  readonly inputs: JsonObject;
  readonly answer?: ToolAnswer;
  /** What went wrong, for the model to read: it may try something else. */
  readonly error?: string;
}

async function* useAll(
  node: NodeRun<unknown>,
  round: {
    readonly calls: readonly ToolCallPart[];
    readonly tools: readonly AgentTool[];
    readonly parentId: string;
  },
): AsyncGenerator<NodeEvent, Used[]> {
  const { calls, tools, parentId } = round;
  const logOf = ({ id, name }: ToolCallPart) => ({ id, parentId, label: `CALL ${name}` });
  for (const call of calls)
    yield { type: 'log', ...logOf(call), status: 'started', data: { input: call.input } };
  const told: NodeEvent[] = [];
  const tell = (event: NodeEvent): number => told.push(event);
  const used = await Promise.all(calls.map((call) => useOne(node, { tools, call, tell })));
  yield* told;
  for (const { call, inputs, answer, error } of used)
    yield {
      type: 'log',
      ...logOf(call),
      status: error === undefined ? 'succeeded' : 'failed',
      data: {
        input: inputs,
        output: answer?.text ?? '',
        ...(answer && answer.files.length > 0 && { files: answer.files.map(fileValue) }),
      },
      ...(error !== undefined && { error }),
    };
  return used;
}

const useOne = async (
  node: NodeRun<unknown>,
  {
    tools,
    call,
    tell,
  }: {
    readonly tools: readonly AgentTool[];
    readonly call: ToolCallPart;
    readonly tell: (event: NodeEvent) => void;
  },
): Promise<Used> => {
  const { runId, signal, deadline, depth } = node;
  const found = tools.find(({ tool }) => tool.name === call.name);
  const given = call.input.trim() === '' ? {} : parseLooseJson(call.input);
  if (!found) return { call, inputs: {}, error: `There is no tool ${call.name}.` };
  if (!isObject(given)) return { call, inputs: {}, error: 'The arguments are no JSON object.' };
  const inputs = { ...given, ...found.fixed };
  try {
    const context = { inputs, runId, signal, deadline, depth, tell };
    const answer = await serviceOf(node, 'tools').use(found.ref, context);
    return { call, inputs, answer };
  } catch (thrown) {
    const error = SpillwayError.from(thrown);
    if (error.code === 'client_closed') throw error;
    return { call, inputs, error: error.message };
  }
};
