import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { textAt } from '#core/fields.ts';

/** A response as its vendor keeps it. */
export interface KeptResponse {
  readonly response: JsonObject;
  /** What it answers, with all that was said before. */
  readonly input: readonly JsonObject[];
}

const MOST = 1_000;

/** The responses that one project has been given, the newest of them. */
export class KeptResponses {
  readonly #kept = new Map<string, KeptResponse>();

  get(id: string): KeptResponse | undefined {
    return this.#kept.get(id);
  }

  add(body: JsonObject, response: JsonObject): void {
    const previous = own(body, 'previous_response_id');
    const before = typeof previous === 'string' ? this.get(previous) : undefined;
    const input = [
      ...(before?.input ?? []),
      ...itemsOf(before?.response ?? {}, 'output'),
      ...itemsOf(body, 'input'),
    ];
    this.#kept.set(textAt(response, 'id'), { response, input });
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= MOST) break;
      this.#kept.delete(oldest);
    }
  }

  delete(id: string): void {
    this.#kept.delete(id);
  }
}

const itemsOf = (object: JsonObject, field: string): JsonObject[] => {
  const value: Json | undefined = own(object, field);
  if (typeof value === 'string') return [{ type: 'message', role: 'user', content: value }];
  const items = Array.isArray(value) ? value.filter(isObject) : [];
  return items.map((item, i) => ({ id: `item_${i}`, type: 'message', ...item }));
};
