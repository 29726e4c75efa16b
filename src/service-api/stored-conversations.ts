import type { JsonObject } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import {
  type ChangeConversation,
  type Conversation,
  type ConversationStore,
  MemoryConversations,
  type Message,
} from '#service-api/conversations.ts';
import type { Person } from '#store/app-runs.ts';
import type { Shelf } from '#store/store.ts';

/** Conversations in memory that are written down behind it: nobody waits for a database. */
export class StoredConversations implements ConversationStore {
  readonly #memory: MemoryConversations;
  readonly #shelf: Shelf;
  readonly #log: Log;

  private constructor(shelf: Shelf, log: Log) {
    this.#shelf = shelf;
    this.#log = log;
    this.#memory = new MemoryConversations(({ id }) => this.#write(shelf.remove([id])));
  }

  /** With what was written down before. */
  static async open(shelf: Shelf, log: Log): Promise<StoredConversations> {
    const store = new StoredConversations(shelf, log);
    // Rows are what `put` wrote.
    const all = (await shelf.all()).map(({ body }) => body as unknown as Conversation);
    for (const one of all.toSorted((a, b) => a.updatedAt - b.updatedAt))
      await store.#memory.put(one);
    return store;
  }

  get(id: string): Promise<Conversation | undefined> {
    return this.#memory.get(id);
  }

  put(conversation: Conversation): Promise<void> {
    return this.change(conversation.id, () => conversation);
  }

  async change(id: string, make: ChangeConversation): Promise<void> {
    let isOther = false;
    await this.#memory.change(id, (before) => {
      const after = make(before);
      isOther = after !== undefined;
      return after;
    });
    const kept = isOther ? await this.#memory.get(id) : undefined;
    if (!kept) return;
    const body = JSON.parse(JSON.stringify(kept)) as JsonObject;
    this.#write(this.#shelf.put([{ id, body }]));
  }

  async delete(id: string): Promise<void> {
    await this.#memory.delete(id);
    this.#write(this.#shelf.remove([id]));
  }

  async deleteApp(appId: string): Promise<void> {
    const ids = this.#memory.of(appId).map(({ id }) => id);
    await this.#memory.deleteApp(appId);
    this.#write(this.#shelf.remove(ids));
  }

  async forget(person: Person): Promise<void> {
    const ids = this.#memory.ofPerson(person).map(({ id }) => id);
    await this.#memory.forget(person);
    this.#write(this.#shelf.remove(ids));
  }

  list(appId: string, user: string): Promise<readonly Conversation[]> {
    return this.#memory.list(appId, user);
  }

  message(id: string): Promise<Message | undefined> {
    return this.#memory.message(id);
  }

  messages(appId: string): Promise<readonly Message[]> {
    return this.#memory.messages(appId);
  }

  #write(writing: Promise<void>): void {
    writing.catch((thrown: unknown) =>
      this.#log.warn({ cause: String(thrown) }, 'a conversation could not be written down'),
    );
  }
}
