import { createHash } from 'node:crypto';
import { messageTokens } from '#simulator/prompt.ts';
import type { ChatMessage } from '#wire/chat-request.ts';

export interface CacheRule {
  /** How long a prefix stays after it was last used. */
  readonly ttlMs: number;
  /** Shorter prefixes are not kept, tokens. */
  readonly minTokens: number;
}

const MOST_PREFIXES = 10_000;

/** What a vendor remembers of prompts: their beginnings, message by message. */
export class PromptCache {
  readonly #rule: CacheRule;
  /** When each prefix is forgotten, by its hash; the least recently used first. */
  readonly #untilMs = new Map<string, number>();

  constructor(rule: CacheRule) {
    this.#rule = rule;
  }

  /** How many of the prompt's tokens are remembered; from now on all of it is. */
  use(
    messages: readonly ChatMessage[],
    { model, nowMs }: { model: string; nowMs: number },
  ): number {
    const { minTokens, ttlMs } = this.#rule;
    const hash = createHash('sha256').update(model);
    let [tokens, cached] = [0, 0];
    for (const message of messages) {
      tokens += messageTokens(message);
      hash.update(`\n${JSON.stringify(message)}`);
      const key = hash.copy().digest('base64');
      if (tokens < minTokens) continue;
      if ((this.#untilMs.get(key) ?? -Infinity) > nowMs) cached = tokens;
      this.#untilMs.delete(key);
      this.#untilMs.set(key, nowMs + ttlMs);
    }
    for (const oldest of this.#untilMs.keys()) {
      if (this.#untilMs.size <= MOST_PREFIXES) break;
      this.#untilMs.delete(oldest);
    }
    return cached;
  }
}
