import type { JsonObject } from '#core/json.ts';
import { notKept, notCancellable, wrongMethod } from '#simulator/complaints.ts';
import type { KeptResponse } from '#simulator/kept-responses.ts';
import type { Project } from '#simulator/project.ts';
import { Refused } from '#simulator/refused.ts';

/** `…/ID` and what may stand behind it. */
const PATH = /^\/v1\/responses\/([^/]+)(\/cancel|\/input_items)?$/;

/** What can be asked of a response that there is. Throws Refused. */
export const keptAnswer = (
  project: Project,
  { method, path }: { readonly method: string; readonly path: string },
): JsonObject => {
  const [, id = '', rest = ''] = PATH.exec(path) ?? [];
  const kept = project.responses.get(id);
  if (!kept) throw new Refused(notKept(id));
  const answer = ANSWERS[`${method} ${rest}`];
  if (!answer) throw new Refused(wrongMethod(method, path));
  if (method === 'DELETE') project.responses.delete(id);
  return answer(kept, id);
};

const ANSWERS: Readonly<Record<string, (kept: KeptResponse, id: string) => JsonObject>> = {
  'GET ': ({ response }) => response,
  'DELETE ': (_, id) => ({ id, object: 'response', deleted: true }),
  'GET /input_items': ({ input }) => {
    const data = input.toReversed();
    return { object: 'list', data, first_id: null, last_id: null, has_more: false };
  },
  'POST /cancel': () => {
    throw new Refused(notCancellable());
  },
};

/** Whether a path is one of a response that there is. */
export const isKeptPath = (path: string): boolean => PATH.test(path);
