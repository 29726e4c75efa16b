import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { RunEvent } from '#flow/events.ts';

/** Words that an app neither hears nor says, and what it says instead. */
export interface Moderation {
  /** In lower case. */
  readonly words: readonly string[];
  /** Said in place of a run, where what is asked holds one of them; absent: what is asked is not looked at. */
  readonly forInputs?: string;
  /** Said in place of an answer that holds one of them. */
  readonly forOutputs?: string;
}

/** As Dify bounds them. */
const MOST_CHARS = 10_000;

/** The feature as a file has it; undefined where it is off, or asks somebody else. */
export const moderationOf = (feature: Json | undefined): Moderation | undefined => {
  if (!isObject(feature) || own(feature, 'enabled') !== true) return undefined;
  if (own(feature, 'type') !== 'keywords') return undefined;
  const config = own(feature, 'config');
  if (!isObject(config)) return undefined;
  const words = textOf(own(config, 'keywords'))
    .slice(0, MOST_CHARS)
    .toLowerCase()
    .split('\n')
    .filter((word) => word !== '');
  const forInputs = presetOf(own(config, 'inputs_config'));
  const forOutputs = presetOf(own(config, 'outputs_config'));
  return {
    words,
    ...(forInputs !== undefined && { forInputs }),
    ...(forOutputs !== undefined && { forOutputs }),
  };
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const presetOf = (side: Json | undefined): string | undefined =>
  isObject(side) && own(side, 'enabled') === true
    ? textOf(own(side, 'preset_response'))
    : undefined;

/** What is said instead of a run; undefined where nothing speaks against it. */
export const refusalOf = (
  { words, forInputs }: Moderation,
  { query, inputs }: { readonly query: string; readonly inputs: JsonObject },
): string | undefined => {
  if (forInputs === undefined) return undefined;
  const asked = [query, ...Object.values(inputs)].map((value) =>
    (typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase(),
  );
  return words.some((word) => asked.some((text) => text.includes(word))) ? forInputs : undefined;
};

/** A run that did not begin: what is said in its place. */
export async function* refusedRun(said: string): AsyncGenerator<RunEvent, void> {
  const nowhere = { nodeId: '', responseId: '', selector: [] } as const;
  yield { type: 'answer-delta', at: 0, ...nowhere, text: said };
  const outputs = { answer: said };
  const nothing = { steps: 0, exceptions: 0 };
  yield { type: 'run-finish', at: 0, status: 'succeeded', outputs, ...nothing, moderated: 'input' };
}

/** A run's events, whose answer is replaced as soon as it holds one of the words; `stop` ends the run. */
export async function* moderatedRun(
  events: AsyncGenerator<RunEvent, void>,
  { words, forOutputs }: Moderation,
  stop: () => void,
): AsyncGenerator<RunEvent, void> {
  const longest = Math.max(0, ...words.map((word) => word.length));
  let tail = '';
  let isHeld = false;
  for await (const event of events) {
    if (event.type === 'answer-delta' && forOutputs !== undefined) {
      if (isHeld) continue;
      // A word may come in pieces.
      tail = (tail + event.text.toLowerCase()).slice(-(longest + event.text.length));
      if (!words.some((word) => tail.includes(word))) {
        yield event;
        continue;
      }
      // The piece that makes it whole is not said.
      isHeld = true;
      stop();
      yield { type: 'answer-replace', at: event.at, text: forOutputs, reason: 'output_moderation' };
    } else if (event.type === 'run-finish' && isHeld) {
      const { error: _, ...rest } = event;
      const outputs = { answer: forOutputs ?? '' };
      yield { ...rest, status: 'stopped', outputs, moderated: 'output' };
    } else yield event;
  }
}
