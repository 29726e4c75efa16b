import { text as textOf } from 'node:stream/consumers';
import { askGatewayJson } from '#cli/ask-gateway.ts';
import { findCallId } from '#cli/call-id.ts';
import type { WhyOptions } from '#cli/why.ts';
import { SpillwayError } from '#core/errors.ts';
import { valueAt } from '#core/json.ts';

/** Throws SpillwayError when the text has no id in it, or the gateway does not know it. */
export const runWhy = async (given: string, options: WhyOptions): Promise<void> => {
  const text = given === '-' ? await textOf(process.stdin) : given;
  const id = findCallId(text);
  if (id === undefined)
    throw new SpillwayError(
      'invalid_request',
      'There is no id in this text. Errors end with one, as in "(id 6f1d2c3b)"; answers have it in ' +
        'the header x-litellm-call-id.',
    );
  const decision = await askGatewayJson(options, `/spillway/decisions/${id}`, { has: 'id' });
  const why = valueAt(decision, ['why']);
  const lines = Array.isArray(why) ? why.map(String) : [];
  const output = options.json ? JSON.stringify(decision, undefined, 2) : lines.join('\n');
  process.stdout.write(`${output}\n`);
};
