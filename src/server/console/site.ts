import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The console's files, or a page that says why there are none yet. */
export interface Site {
  /** Answers what is at its paths; false where that is nothing. */
  serve(req: IncomingMessage, res: ServerResponse, path: string): boolean;
}

interface Page {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer | undefined;
  readonly etag: string;
  /** Its name says what is in it. */
  readonly isForEver: boolean;
}

export const UI_PATH = '/ui';
const INDEX = 'index.html';
const FONT = '.woff2';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Nothing from elsewhere, and no script but our own files. Styles may be inline: the widgets place
 * themselves with them.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SAFETY: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

const FOR_EVER = 'public, max-age=31536000, immutable';

const zip = promisify(gzip);
const LEAST_ZIPPED_BYTES = 1_024;

/**
 * Reads a built console into memory: about a megabyte. Its fonts are five more and wanted by few: they
 * stay where they are until somebody asks. Rejects where there is none.
 */
export const readSite = async (folder: string): Promise<Site> => {
  const pages = new Map<string, Page>();
  const fonts = new Map<string, string>();
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).replaceAll('\\', '/').replace(/^\//, '');
    if (extname(name) === FONT) fonts.set(name, path);
    else pages.set(name, await pageOf(path, name));
  }
  const index = pages.get(INDEX);
  if (!index) throw new Error(`There is no ${INDEX} in ${folder}.`);
  return {
    serve(req, res, path) {
      if (isHome(req, path)) return redirect(res);
      const name = nameAt(path);
      if (name === undefined) return false;
      const font = fonts.get(name);
      if (font !== undefined) {
        void sendFont(res, font);
        return true;
      }
      // A place within the page is the page; a file that is not there is nothing.
      const page = pages.get(name) ?? (extname(name) === '' ? index : undefined);
      if (page) send(req, res, page);
      return page !== undefined;
    },
  };
};

/** One page in place of all others, which loads itself again. */
export const noticeSite = (notice: () => string): Site => ({
  serve(req, res, path) {
    if (isHome(req, path)) return redirect(res);
    const name = nameAt(path);
    if (name === undefined || extname(name) !== '') return false;
    res.writeHead(503, {
      ...SAFETY,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'retry-after': '1',
    });
    res.end(notice());
    return true;
  },
});

/** The path within the console; undefined where it is none of its paths. */
const nameAt = (path: string): string | undefined => {
  if (path === UI_PATH) return '';
  return path.startsWith(`${UI_PATH}/`) ? path.slice(UI_PATH.length + 1) : undefined;
};

const isHome = ({ headers: { accept = '' } }: IncomingMessage, path: string): boolean =>
  path === '/' && accept.includes('text/html');

const redirect = (res: ServerResponse): true => {
  res.writeHead(302, { location: `${UI_PATH}/`, 'content-length': '0' }).end();
  return true;
};

const pageOf = async (path: string, name: string): Promise<Page> => {
  const bytes = await readFile(path);
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  const isText = /^text|json|svg/.test(type) && bytes.length >= LEAST_ZIPPED_BYTES;
  return {
    type,
    bytes,
    gzipped: isText ? await zip(bytes) : undefined,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`,
    isForEver: name.startsWith('assets/'),
  };
};

const send = (req: IncomingMessage, res: ServerResponse, page: Page): void => {
  const headers: Record<string, string> = {
    ...SAFETY,
    etag: page.etag,
    vary: 'accept-encoding',
    'cache-control': page.isForEver ? FOR_EVER : 'no-cache',
  };
  if (req.headers['if-none-match'] === page.etag) {
    res.writeHead(304, headers).end();
    return;
  }
  const { 'accept-encoding': acceptEncoding = '' } = req.headers;
  const isZipped = page.gzipped && /\bgzip\b/.test(acceptEncoding);
  const bytes = isZipped ? page.gzipped : page.bytes;
  headers['content-type'] = page.type;
  headers['content-length'] = String(bytes.length);
  if (isZipped) headers['content-encoding'] = 'gzip';
  res.writeHead(200, headers).end(req.method === 'HEAD' ? undefined : bytes);
};

/** Its name says what is in it. While the console is built anew it may be gone. */
const sendFont = async (res: ServerResponse, path: string): Promise<void> => {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) {
    res.writeHead(404, { ...SAFETY, 'content-length': '0' }).end();
    return;
  }
  res
    .writeHead(200, {
      ...SAFETY,
      'content-type': 'font/woff2',
      'content-length': String(bytes.length),
      'cache-control': FOR_EVER,
    })
    .end(bytes);
};
