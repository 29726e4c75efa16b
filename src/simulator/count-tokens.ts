import { readRequest } from '#simulator/chat.ts';
import type { Spoken } from '#simulator/dialects.ts';
import type { ModelCall } from '#simulator/model-call.ts';
import { promptTokens } from '#simulator/prompt.ts';

/** What a prompt comes to, tokens; it costs nothing of any limit, and no log has it. Throws Refused. */
export const serveCount = async (
  call: ModelCall,
  { dialect, counting }: Required<Pick<Spoken, 'dialect' | 'counting'>>,
): Promise<void> => {
  call.model();
  const { messages } = readRequest(call, { dialect, demands: counting.demands });
  await call.exchange.sendJson(200, call.headers(), counting.write(promptTokens(messages)));
};
