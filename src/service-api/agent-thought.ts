import { randomUUID } from 'node:crypto';
import { textAt } from '#core/fields.ts';
import type { JsonObject } from '#core/json.ts';
import type { NodeLog, RunEvent } from '#flow/events.ts';
import { filesIn } from '#service-api/finished-run.ts';

/**
 * What an agent's tool has said, and in the end the agent itself, for whoever watches and whoever
 * looks later; undefined for what is neither.
 */
export const agentThought = (event: RunEvent, position: number): JsonObject | undefined => {
  if (event.type !== 'node-log' || event.status === 'started') return undefined;
  if (event.parentId === undefined) return finalThought(event, position);
  return {
    id: randomUUID(),
    position,
    thought: '',
    observation: event.error ?? JSON.stringify(event.data['output'] ?? ''),
    tool: event.label.replace(/^CALL /, ''),
    tool_labels: {},
    tool_input: JSON.stringify(event.data['input'] ?? {}),
    message_files: filesIn(event.data).map((file) => file['id'] ?? ''),
  };
};

/** A round in which the model called no tool is the last one: what it said is the answer. */
const finalThought = ({ data }: NodeLog, position: number): JsonObject | undefined => {
  const { output, tool_calls: calls } = data;
  if (typeof output !== 'string' || !Array.isArray(calls) || calls.length > 0) return undefined;
  return {
    id: randomUUID(),
    position,
    thought: output,
    observation: '',
    tool: '',
    tool_labels: {},
    tool_input: '',
    message_files: [],
  };
};

/** So much of what a tool or the agent has said is kept with its message, UTF-16 units. */
const LONGEST_KEPT = 20_000;

/** Those of a whole run, as its message keeps them. */
export const agentThoughts = (events: readonly RunEvent[]): JsonObject[] => {
  const thoughts: JsonObject[] = [];
  for (const event of events) {
    const thought = agentThought(event, thoughts.length + 1);
    if (thought)
      thoughts.push({
        ...thought,
        thought: textAt(thought, 'thought').slice(0, LONGEST_KEPT),
        observation: textAt(thought, 'observation').slice(0, LONGEST_KEPT),
        tool_input: textAt(thought, 'tool_input').slice(0, LONGEST_KEPT),
      });
  }
  return thoughts;
};
