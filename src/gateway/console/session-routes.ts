import { controlRoute, type AnyControlRoute } from '#gateway/admin/control-route.ts';
import type { ConsoleDeps } from '#gateway/console/deps.ts';
import { type SessionReply, sessionReply } from '#gateway/console/shapes.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { z } from '#core/schema.ts';
import { addressOf } from '#keys/entrance.ts';
import type { Principal } from '#keys/principal.ts';
import { type Session, SESSION_COOKIE, SESSION_MS } from '#keys/sessions.ts';

const PATH = '/spillway/session';
const LONGEST_KEY = 1_000;

/** How a person at the console signs in and out. The key is looked at once; the page keeps none. */
export const sessionRoutes = (deps: ConsoleDeps): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: PATH,
    access: 'public',
    summary: 'Whether somebody is signed in, and the token that their page must send.',
    reply: sessionReply,
    serve: ({ http }) => replyOf(deps, http, deps.sessions.find(http.req.headers)),
  }),
  controlRoute({
    method: 'post',
    path: PATH,
    access: 'public',
    summary:
      'Signs in with the master key or a virtual one: sets a cookie that no script can read.',
    body: z.strictObject({ key: z.string().max(LONGEST_KEY).default('') }),
    reply: sessionReply,
    serve({ body, http }) {
      const address = addressOf(http.req, deps.gateway.settings.entrance);
      const { token, session } = deps.sessions.open(body.key, address);
      return withCookie(replyOf(deps, http, session), cookie(http, token, SESSION_MS / 1000));
    },
  }),
  controlRoute({
    method: 'delete',
    path: PATH,
    access: 'public',
    summary: 'Signs out.',
    reply: sessionReply,
    serve({ http }) {
      deps.sessions.close(http.req.headers);
      return withCookie(replyOf(deps, http, undefined), cookie(http, '', 0));
    },
  }),
];

const replyOf = (
  deps: ConsoleDeps,
  { req }: HttpCall,
  session: Session | undefined,
): SessionReply => {
  const who =
    session && deps.sessions.whoIs(session, addressOf(req, deps.gateway.settings.entrance));
  return {
    signed_in: who !== undefined,
    needs_key: deps.sessions.needsKey,
    csrf: who ? session.csrf : null,
    version: deps.gateway.settings.version,
    demo: deps.simulator !== undefined,
    role: who?.role ?? null,
    user_id: who?.userId ?? null,
    name: who ? nameOf(deps, who) : null,
    keeps: deps.registry !== undefined,
    currency: { code: deps.currency.code, per_dollar: deps.currency.perDollar },
  };
};

const nameOf = ({ registry }: ConsoleDeps, { userId, token }: Principal): string | null => {
  const user = userId === undefined ? undefined : registry?.directory.users.get(userId);
  const key = token === undefined ? undefined : registry?.directory.byToken(token);
  const names = [user?.user_alias, user?.user_email, userId, key?.key_alias, key?.key_name];
  return names.find((name) => !!name) ?? null;
};

const withCookie = (body: SessionReply, text: string): Response =>
  Response.json(body, { headers: { 'set-cookie': text, 'cache-control': 'no-store' } });

const cookie = ({ req }: HttpCall, token: string, seconds: number): string => {
  const isTls = req.headers['x-forwarded-proto'] === 'https';
  return [
    `${SESSION_COOKIE}=${token}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${seconds}`,
    ...(isTls ? ['Secure'] : []),
  ].join('; ');
};
