import { randomUUID } from 'node:crypto';
import { textAt } from '#core/fields.ts';
import type { JsonObject } from '#core/json.ts';
import type { NodeLog, RunEvent } from '#flow/events.ts';
import { filesIn } from '#service-api/finished-run.ts';

/** What an agent's tool has said, for whoever watches and whoever looks later; undefined for what is none. */
export const agentThought = (event: RunEvent, position: number): JsonObject | undefined =>
  isToolsEnd(event)
    ? {
        id: randomUUID(),
        position,
        thought: '',
        observation: event.error ?? JSON.stringify(event.data['output'] ?? ''),
        tool: event.label.replace(/^CALL /, ''),
        tool_labels: {},
        tool_input: JSON.stringify(event.data['input'] ?? {}),
        message_files: filesIn(event.data).map((file) => file['id'] ?? ''),
      }
    : undefined;

const isToolsEnd = (event: RunEvent): event is NodeLog =>
  event.type === 'node-log' && event.parentId !== undefined && event.status !== 'started';

/** So much of what a tool has said is kept with its message, UTF-16 units. */
const LONGEST_KEPT = 20_000;

/** Those of a whole run, as its message keeps them. */
export const agentThoughts = (events: readonly RunEvent[]): JsonObject[] => {
  const thoughts: JsonObject[] = [];
  for (const event of events) {
    const thought = agentThought(event, thoughts.length + 1);
    if (thought)
      thoughts.push({
        ...thought,
        observation: textAt(thought, 'observation').slice(0, LONGEST_KEPT),
        tool_input: textAt(thought, 'tool_input').slice(0, LONGEST_KEPT),
      });
  }
  return thoughts;
};
