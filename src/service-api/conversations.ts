import type { Json, JsonObject } from '#core/json.ts';
import { BoundedMap } from '#service-api/bounded-map.ts';
import { isOf, type Person } from '#store/app-runs.ts';

export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly query: string;
  readonly answer: string;
  readonly inputs: JsonObject;
  readonly files: readonly JsonObject[];
  readonly status: 'normal' | 'error' | 'stopped';
  readonly error: string | null;
  readonly runId: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly feedback?: Feedback;
  /** What an agent's tools have said, as Dify's API tells it. */
  readonly thoughts?: readonly JsonObject[];
}

export interface Feedback {
  readonly rating: 'like' | 'dislike';
  readonly content: string;
}

export interface Conversation {
  readonly id: string;
  readonly appId: string;
  /** The end user's name, as the caller of the API has it. */
  readonly user: string;
  readonly name: string;
  readonly inputs: JsonObject;
  readonly introduction: string;
  readonly variables: Readonly<Record<string, Json>>;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The oldest first. */
  readonly messages: readonly Message[];
}

/** What there is, or is not → what shall be there. */
export type ChangeConversation = (before: Conversation | undefined) => Conversation | undefined;

/** Where conversations are kept. What is asked for and not there is undefined. */
export interface ConversationStore {
  get(id: string): Promise<Conversation | undefined>;
  put(conversation: Conversation): Promise<void>;
  /** Reads one and writes it in a step that nothing comes between; undefined leaves it as it is. */
  change(id: string, make: ChangeConversation): Promise<void>;
  delete(id: string): Promise<void>;
  deleteApp(appId: string): Promise<void>;
  /** Deletes those of a person. */
  forget(person: Person): Promise<void>;
  /** The newest first. */
  list(appId: string, user: string): Promise<readonly Conversation[]>;
  message(id: string): Promise<Message | undefined>;
  /** Of all users, the newest first. */
  messages(appId: string): Promise<readonly Message[]>;
}

const MOST_CONVERSATIONS = 10_000;
const MOST_MESSAGES = 500;

/** Conversations in memory: the oldest are forgotten, and all with the process. */
export class MemoryConversations implements ConversationStore {
  readonly #byMessage = new Map<string, string>();
  readonly #all: BoundedMap<Conversation>;

  /** `forgotten` is told of those that there was no more room for. */
  constructor(
    forgotten: (conversation: Conversation) => void = () => {},
    most = MOST_CONVERSATIONS,
  ) {
    this.#all = new BoundedMap(most, (gone) => {
      this.#forget(gone);
      forgotten(gone);
    });
  }

  get(id: string): Promise<Conversation | undefined> {
    return Promise.resolve(this.#all.get(id));
  }

  put(conversation: Conversation): Promise<void> {
    const before = this.#all.get(conversation.id);
    if (before) this.#forget(before);
    const kept = { ...conversation, messages: conversation.messages.slice(-MOST_MESSAGES) };
    this.#all.set(kept.id, kept);
    for (const { id } of kept.messages) this.#byMessage.set(id, kept.id);
    return Promise.resolve();
  }

  async change(id: string, make: ChangeConversation): Promise<void> {
    const after = make(this.#all.get(id));
    if (after) await this.put(after);
  }

  delete(id: string): Promise<void> {
    const gone = this.#all.get(id);
    if (gone) this.#forget(gone);
    this.#all.delete(id);
    return Promise.resolve();
  }

  async deleteApp(appId: string): Promise<void> {
    for (const one of this.of(appId)) await this.delete(one.id);
  }

  async forget(person: Person): Promise<void> {
    for (const one of this.ofPerson(person)) await this.delete(one.id);
  }

  ofPerson(person: Person): readonly Conversation[] {
    return this.#all.newest().filter(({ user }) => isOf(user, person));
  }

  /** Of all users, the newest first. */
  of(appId: string): readonly Conversation[] {
    return this.#all.newest().filter((one) => one.appId === appId);
  }

  list(appId: string, user: string): Promise<readonly Conversation[]> {
    return Promise.resolve(this.of(appId).filter((one) => one.user === user));
  }

  async message(id: string): Promise<Message | undefined> {
    const conversation = await this.get(this.#byMessage.get(id) ?? '');
    return conversation?.messages.find((message) => message.id === id);
  }

  messages(appId: string): Promise<readonly Message[]> {
    return Promise.resolve(this.of(appId).flatMap(({ messages }) => messages.toReversed()));
  }

  #forget({ messages }: Conversation): void {
    for (const { id } of messages) this.#byMessage.delete(id);
  }
}
