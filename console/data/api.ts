import type { SessionReply } from '#gateway/console/shapes.ts';

interface ApiErrorFacts {
  /** The server's word for what went wrong; empty where it was not ours that answered. */
  readonly code?: string;
  /** The field that it is about, where it is about one. */
  readonly param?: string | undefined;
  /** When the same may be asked again, s. */
  readonly waitS?: number | undefined;
}

/** What the server answered when it did not do as asked: its own words, for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | undefined;
  readonly waitS: number | undefined;

  constructor(status: number, message: string, { code = '', param, waitS }: ApiErrorFacts = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.param = param;
    this.waitS = waitS;
  }
}

/** What a stream said of why it ends before its time. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

type Listener = () => void;

let csrf: string | null = null;
const expired = new Set<Listener>();

/** Takes the word of a session for all later requests. */
export const takeWordOf = (session: SessionReply): void => {
  csrf = session.csrf;
};

/** Called when the server does not know any more who is signed in. */
export const onExpired = (listener: Listener): (() => void) => {
  expired.add(listener);
  return () => expired.delete(listener);
};

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'PATCH' | 'PUT';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in the place of `body`. */
  readonly bytes?: Blob;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

const SESSION = '/spillway/session';
/** What is said to who is not known, or not any more. */
const OF_SESSIONS: ReadonlySet<string> = new Set(['unauthorized', 'unknown_key', '']);

/** One request of this page's own. Rejects with ApiError unless it is answered with 2xx. */
export const send = async (path: string, ask: Ask = {}): Promise<Response> => {
  const reply = await fetched(path, ask);
  if (reply.ok) return reply;
  const error = await errorOf(reply);
  // Vendors that refuse their own key, and models that a key may not call, have the same status.
  const isOver = error.status === 401 && OF_SESSIONS.has(error.code) && path !== SESSION;
  if (!isOver) throw error;
  if (await renewed()) {
    const again = await fetched(path, ask);
    if (again.ok) return again;
    throw await errorOf(again);
  }
  for (const listener of expired) listener();
  throw error;
};

let renewing: Promise<boolean> | undefined;

/** One attempt for all who need it. */
const renewed = (): Promise<boolean> =>
  (renewing ??= renew().finally(() => {
    renewing = undefined;
  }));

/**
 * The server may have begun anew, or a page beside this one has signed in: where nobody is to be asked
 * for a key, nobody notices.
 */
const renew = async (): Promise<boolean> => {
  const session = await ask<SessionReply>(SESSION);
  if (!session.signed_in && session.needs_key) return false;
  takeWordOf(
    session.signed_in
      ? session
      : await ask<SessionReply>(SESSION, { method: 'POST', body: { key: '' } }),
  );
  return true;
};

const fetched = (path: string, ask: Ask): Promise<Response> => {
  const { method = 'GET', body, bytes, signal, headers } = ask;
  return fetch(path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(csrf !== null && { 'x-spillway-csrf': csrf }),
      ...headers,
    },
    ...(bytes ? { body: bytes } : body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
};

export const ask = async <Reply>(path: string, options?: Ask): Promise<Reply> =>
  (await (await send(path, options)).json()) as Reply;

const errorOf = async (reply: Response): Promise<ApiError> => {
  const text = await reply.text().catch(() => '');
  // A page of something in between is nothing to be read here.
  const isPage = /^\s*</.test(text);
  const { message = isPage ? '' : text.slice(0, 500), param } = saidIn(text);
  const code = reply.headers.get('x-spillway-error') ?? '';
  const waitS = Number(reply.headers.get('retry-after') ?? 0) || undefined;
  return new ApiError(reply.status, message, { code, param, waitS });
};

interface Said {
  readonly message?: string;
  readonly param?: string;
}

const saidIn = (text: string): Said => {
  try {
    const body = JSON.parse(text) as {
      error?: { message?: string; param?: string | null };
      detail?: readonly { loc?: readonly string[]; msg?: string }[];
    };
    const { message, param } = body.error ?? {};
    if (typeof message === 'string') return { message, ...(param && { param }) };
    if (Array.isArray(body.detail)) {
      const all = body.detail.map(({ loc = [], msg = '' }) => ({
        field: loc.slice(1).join('.'),
        msg,
      }));
      return {
        message: all.map(({ field, msg }) => `${field}: ${msg}`).join('; '),
        ...(all[0]?.field && { param: all[0].field }),
      };
    }
  } catch {
    // Not ours: its text is shown as it is.
  }
  return {};
};

/** The query of a path, without what is empty. */
export const query = (fields: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};
