import { systemClock } from '#core/clock.ts';
import { openLitellm } from '#store/litellm/read.ts';

const WEEK_MS = 7 * 86_400_000;

/** The last week of a LiteLLM's spend logs, one JSON object a line; its database is only read. */
export const litellmLog = async (url: string): Promise<string> => {
  const source = await openLitellm(url);
  try {
    const lines: string[] = [];
    for await (const rows of source.spendLogs(systemClock.wall() - WEEK_MS))
      // Prompts may stand there, and are nobody's business here.
      for (const { messages: _, response: __, proxy_server_request: ___, ...row } of rows)
        lines.push(JSON.stringify(row));
    return lines.join('\n');
  } finally {
    await source.close();
  }
};
