import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import { newCallId } from '#core/ids.ts';
import { parseLooseJson } from '#flow/loose-json.ts';
import type { FlowServices } from '#flow/ports.ts';
import type { ApiDeps } from '#service-api/deps.ts';

const LONGEST_MS = 30_000;
const MOST_QUESTIONS = 3;
const LONGEST_TURN = 4_000;

const TASK = `Read the conversation and think of what its user may want to ask next.
Answer with a JSON array of three short questions in the language of the conversation, and nothing else.`;

/** Asks the first group of the config for questions that may come next. */
export const suggester =
  (services: FlowServices, clock: Clock, config: LoadedConfig): NonNullable<ApiDeps['suggest']> =>
  async ({ turns, signal }) => {
    const [deployment] = config.deployments;
    if (!deployment) return [];
    const talk = turns
      .map(({ query, answer }) => `User: ${query}\nAssistant: ${answer}`.slice(0, LONGEST_TURN))
      .join('\n');
    const request = {
      model: deployment.group,
      messages: [
        { role: 'system' as const, parts: [{ kind: 'text' as const, text: TASK }] },
        { role: 'user' as const, parts: [{ kind: 'text' as const, text: talk }] },
      ],
      stream: true,
      includeUsage: true,
      dialect: 'openai-chat',
      extra: {},
    };
    const deadline = clock.now() + LONGEST_MS;
    const call = { runId: newCallId(), nodeId: 'suggest', signal, deadline };
    let text = '';
    for await (const event of services.chat(request, call))
      if (event.type === 'block-delta') text += event.delta;
    const found = parseLooseJson(text);
    return (Array.isArray(found) ? found : [])
      .filter((question) => typeof question === 'string')
      .slice(0, MOST_QUESTIONS);
  };
