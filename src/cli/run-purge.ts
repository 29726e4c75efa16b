import { askGatewayJson } from '#cli/ask-gateway.ts';
import type { PurgeOptions } from '#cli/purge.ts';
import { isObject, own } from '#core/json.ts';

export const runPurge = async (options: PurgeOptions): Promise<void> => {
  const reply = await askGatewayJson(options, '/spillway/purge', {
    has: 'records',
    body: { user_id: options.user },
  });
  const records = isObject(reply) ? own(reply, 'records') : 0;
  process.stdout.write(
    `${typeof records === 'number' ? records : 0} records of ${options.user} are gone\n`,
  );
};
