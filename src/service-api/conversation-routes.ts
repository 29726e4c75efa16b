import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { textAt } from '#core/fields.ts';
import type { Conversation, Message } from '#service-api/conversations.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { ApiError, invalidParam, notFound } from '#service-api/dify-error.ts';
import { type ApiCall, limitOf, readJson, sendJson, userOf } from '#service-api/http-call.ts';
import { seconds, talks } from '#service-api/run-app.ts';

/** Throws ApiError for an app without conversations. */
const mustTalk = ({ served }: ApiCall): void => {
  if (!talks(served))
    throw new ApiError(
      400,
      'not_chat_app',
      'Please check if your app mode matches the right API route.',
    );
};

const ownConversation = async (
  { conversations }: ApiDeps,
  call: ApiCall,
  { id, user }: { readonly id: string; readonly user: string },
): Promise<Conversation> => {
  mustTalk(call);
  const conversation = await conversations.get(id);
  if (!conversation || conversation.appId !== call.served.id || conversation.user !== user)
    throw notFound('Conversation Not Exists.');
  return conversation;
};

const shown = (conversation: Conversation): JsonObject => ({
  id: conversation.id,
  name: conversation.name,
  inputs: conversation.inputs,
  status: 'normal',
  introduction: conversation.introduction,
  created_at: conversation.createdAt,
  updated_at: conversation.updatedAt,
});

const SORTS: Readonly<Record<string, (a: Conversation, b: Conversation) => number>> = {
  created_at: (a, b) => a.createdAt - b.createdAt,
  '-created_at': (a, b) => b.createdAt - a.createdAt,
  updated_at: (a, b) => a.updatedAt - b.updatedAt,
  '-updated_at': (a, b) => b.updatedAt - a.updatedAt,
};

/** `GET /conversations` */
export const listConversations = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustTalk(call);
  const limit = limitOf(call);
  const order = SORTS[call.query.get('sort_by') ?? '-updated_at'];
  if (!order) throw invalidParam(`sort_by must be one of ${Object.keys(SORTS).join(', ')}.`);
  const all = (await deps.conversations.list(call.served.id, userOf(call))).toSorted(order);
  sendJson(call.res, page(all, { last: call.query.get('last_id'), limit, show: shown }));
};

const page = <T extends { readonly id: string }>(
  all: readonly T[],
  { last, limit, show }: { last: string | null; limit: number; show: (item: T) => JsonObject },
): JsonObject => {
  const at = last ? all.findIndex(({ id }) => id === last) : -1;
  if (last && at < 0) throw notFound('Last Conversation Not Exists.');
  const rest = all.slice(at + 1);
  return { limit, has_more: rest.length > limit, data: rest.slice(0, limit).map(show) };
};

/** `DELETE /conversations/{id}` */
export const deleteConversation = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const body = await readJson(call.req, deps.clock);
  const user = textAt(body, 'user') || userOf(call);
  const { id } = await ownConversation(deps, call, {
    id: call.params['conversationId'] ?? '',
    user,
  });
  await deps.conversations.delete(id);
  call.res.writeHead(204).end();
};

/** `POST /conversations/{id}/name` */
export const renameConversation = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const body = await readJson(call.req, deps.clock);
  const id = call.params['conversationId'] ?? '';
  const conversation = await ownConversation(deps, call, { id, user: textAt(body, 'user') });
  const given = textAt(body, 'name').trim();
  const isAuto = own(body, 'auto_generate') === true;
  if (given === '' && !isAuto) throw invalidParam('name is required unless auto_generate is true.');
  const [first] = conversation.messages;
  const name = isAuto ? (first?.query.slice(0, 60) ?? conversation.name) : given.slice(0, 200);
  const changes = { name, updatedAt: seconds(deps.clock) };
  await deps.conversations.change(id, (now) => now && { ...now, ...changes });
  sendJson(call.res, shown({ ...conversation, ...changes }));
};

const variableRows = (call: ApiCall, conversation: Conversation): JsonObject[] =>
  call.served.app.conversationVariables.map(({ id, name, type, description }) => ({
    id,
    name,
    value_type: type,
    value: conversation.variables[name] ?? call.served.app.conversation[name] ?? null,
    description,
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt,
  }));

/** `GET /conversations/{id}/variables` */
export const listVariables = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const id = call.params['conversationId'] ?? '';
  const conversation = await ownConversation(deps, call, { id, user: userOf(call) });
  const wanted = call.query.get('variable_name');
  const rows = variableRows(call, conversation).filter(({ name }) => !wanted || name === wanted);
  sendJson(call.res, { limit: limitOf(call), has_more: false, data: rows });
};

/** `PUT /conversations/{id}/variables/{variableId}` */
export const setVariable = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const body = await readJson(call.req, deps.clock);
  const id = call.params['conversationId'] ?? '';
  const conversation = await ownConversation(deps, call, { id, user: textAt(body, 'user') });
  const variable = call.served.app.conversationVariables.find(
    (one) => one.id === call.params['variableId'],
  );
  if (!variable) throw notFound('Conversation Variable Not Exists.');
  const value = own(body, 'value') ?? null;
  if (!fits(value, variable.type))
    throw invalidParam(`The value must be of type ${variable.type}.`);
  const set = (now: Conversation): Conversation => ({
    ...now,
    variables: { ...now.variables, [variable.name]: value },
    updatedAt: seconds(deps.clock),
  });
  await deps.conversations.change(id, (now) => now && set(now));
  const row = variableRows(call, set(conversation)).find((one) => one['id'] === variable.id);
  sendJson(call.res, row ?? null);
};

const fits = (value: Json, type: string): boolean => {
  const list = /^array(?:\[(\w+)\])?$/.exec(type);
  if (list) {
    const item = list[1] ?? 'any';
    return Array.isArray(value) && (item === 'any' || value.every((one) => fits(one, item)));
  }
  if (type === 'number' || type === 'integer' || type === 'float') return typeof value === 'number';
  if (type === 'object') return isObject(value);
  return typeof value === (type === 'boolean' ? 'boolean' : 'string');
};

/** For callers of Dify's API a conversation is one thread: no message answers a certain one. */
const NO_PARENT = '00000000-0000-0000-0000-000000000000';

const messageRow = (message: Message): JsonObject => ({
  id: message.id,
  conversation_id: message.conversationId,
  parent_message_id: NO_PARENT,
  inputs: message.inputs,
  query: message.query,
  answer: message.answer,
  message_files: message.files.map((file) => ({
    id: file['related_id'] ?? '',
    type: file['type'] ?? 'custom',
    url: file['url'] ?? '',
    belongs_to: 'user',
  })),
  feedback: message.feedback ? { rating: message.feedback.rating } : null,
  retriever_resources: [],
  agent_thoughts: (message.thoughts ?? []).map((thought) => ({
    ...thought,
    message_id: message.id,
    created_at: message.createdAt,
  })),
  created_at: message.createdAt,
  status: message.status,
  error: message.error,
});

/** `GET /messages`: the newest page first, each page from old to new. */
export const listMessages = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const id = call.query.get('conversation_id') ?? '';
  const { messages } = await ownConversation(deps, call, { id, user: userOf(call) });
  const first = call.query.get('first_id');
  const end = first ? messages.findIndex((message) => message.id === first) : messages.length;
  if (end < 0) throw notFound('First Message Not Exists.');
  const limit = limitOf(call);
  const data = messages.slice(Math.max(0, end - limit), end);
  sendJson(call.res, { limit, has_more: end > limit, data: data.map(messageRow) });
};

/** A message of this user, and the conversation that it stands in. */
const ownMessage = async (deps: ApiDeps, call: ApiCall, user: string) => {
  const message = await deps.conversations.message(call.params['messageId'] ?? '');
  const conversation = message && (await deps.conversations.get(message.conversationId));
  if (!message || conversation?.appId !== call.served.id || conversation.user !== user)
    throw notFound('Message Not Exists.');
  return { message, conversation };
};

/** `POST /messages/{id}/feedbacks` */
export const giveFeedback = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const body = await readJson(call.req, deps.clock);
  const { message, conversation } = await ownMessage(deps, call, textAt(body, 'user'));
  const rating = own(body, 'rating') ?? null;
  if (rating !== null && rating !== 'like' && rating !== 'dislike')
    throw invalidParam('rating must be like, dislike or null.');
  const { feedback: _, ...bare } = message;
  const content = textAt(body, 'content').slice(0, 10_000);
  const rated: Message = rating === null ? bare : { ...bare, feedback: { rating, content } };
  const rate = (one: Message): Message => (one.id === message.id ? rated : one);
  await deps.conversations.change(
    conversation.id,
    (now) => now && { ...now, messages: now.messages.map(rate) },
  );
  sendJson(call.res, { result: 'success' });
};

/** `GET /app/feedbacks` */
export const listFeedbacks = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const limit = limitOf(call);
  const page = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  const rated = (await deps.conversations.messages(call.served.id))
    .flatMap(({ feedback, ...message }) => (feedback ? [{ feedback, ...message }] : []))
    .slice((page - 1) * limit, page * limit);
  const data = rated.map(async ({ id, conversationId, createdAt, feedback }) => ({
    id,
    app_id: call.served.id,
    conversation_id: conversationId,
    message_id: id,
    rating: feedback.rating,
    content: feedback.content,
    from_source: 'user',
    from_end_user_id: (await deps.conversations.get(conversationId))?.user ?? null,
    from_account_id: null,
    created_at: createdAt,
    updated_at: createdAt,
  }));
  sendJson(call.res, { data: await Promise.all(data) });
};

/** `GET /messages/{id}/suggested` */
export const suggestQuestions = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustTalk(call);
  const { conversation } = await ownMessage(deps, call, userOf(call));
  if (!call.served.app.features.suggestsAfterAnswer || !deps.suggest)
    throw new ApiError(
      400,
      'app_suggested_questions_after_answer_disabled',
      'Suggested Questions Is Disabled.',
    );
  const turns = conversation.messages.slice(-3);
  const data = await deps.suggest({ turns, signal: call.signal });
  sendJson(call.res, { result: 'success', data: [...data] });
};
