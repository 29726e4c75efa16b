import { askGatewayJson } from '#cli/ask-gateway.ts';
import { type QuotaReply, readQuotaReply } from '#cli/quota-reply.ts';
import { showFrames } from '#cli/screen.ts';
import type { TopOptions } from '#cli/top.ts';
import { topFrame } from '#cli/top-frame.ts';
import { systemClock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';

const EVERY_MS = 1000;

/** Throws SpillwayError when no gateway of ours answers at first; later it goes on trying. */
export const runTop = async (options: TopOptions): Promise<void> => {
  const { url } = options;
  const ask = async (signal?: AbortSignal): Promise<QuotaReply> => {
    const has = { has: 'pools', ...(signal && { signal }) };
    return readQuotaReply(await askGatewayJson(options, '/spillway/quota', has), url);
  };
  let reply = await ask();
  const { stdin, stdout } = process;
  if (options.once || !stdout.isTTY || !stdin.isTTY) {
    const site = { url, time: timeOfDay(), columns: Infinity, rows: Infinity };
    stdout.write(`${topFrame(reply, site).join('\n')}\n`);
    return;
  }
  await showFrames({
    input: stdin,
    output: stdout,
    clock: systemClock,
    everyMs: EVERY_MS,
    async draw(size, signal) {
      let trouble: string | undefined;
      try {
        reply = await ask(signal);
      } catch (thrown) {
        trouble = SpillwayError.from(thrown).message;
      }
      const site = { url, time: timeOfDay(), ...size };
      return topFrame(reply, trouble === undefined ? site : { ...site, trouble });
    },
  });
};

const timeOfDay = (): string => new Date().toTimeString().slice(0, 8);
