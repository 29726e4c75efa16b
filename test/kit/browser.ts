import chromium from '@sparticuz/chromium';
import {
  type Browser,
  type BrowserContext,
  chromium as playwright,
  type Page,
} from 'playwright-core';

export type Language = 'en' | 'ja';

/** The packaged Chromium: it comes with `npm ci`, and is unpacked once. Its own parts, as those of a date, are in `language`. */
export const launchBrowser = async (language: Language = 'en'): Promise<Browser> => {
  try {
    return await launch(language);
  } catch {
    // Now and then it falls as it starts, before it has opened anything: SIGSEGV.
    return await launch(language);
  }
};

const launch = async (language: Language): Promise<Browser> =>
  playwright.launch({
    executablePath: await chromium.executablePath(),
    env: { ...process.env, LANG: language === 'ja' ? 'ja_JP.UTF-8' : 'en_US.UTF-8' },
    // In one process the first context to close would take all others along.
    args: [
      ...chromium.args.filter((arg) => arg !== '--single-process'),
      '--font-render-hinting=none',
    ],
    headless: true,
  });

export interface ContextOptions {
  readonly language?: Language;
  readonly theme?: 'light' | 'dark';
}

/** A person's browser. Without a locale of its own the packaged one names none that exists. */
export const openContext = (
  browser: Browser,
  { language = 'en', theme = 'light' }: ContextOptions = {},
): Promise<BrowserContext> =>
  browser.newContext({
    locale: language === 'ja' ? 'ja-JP' : 'en-US',
    timezoneId: 'Asia/Tokyo',
    colorScheme: theme,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });

/** Errors of a page, and what it asked of other places: both must stay empty. */
export const watchPage = (
  page: Page,
): { readonly errors: string[]; readonly foreign: string[] } => {
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') foreign.push(url.href);
  });
  return { errors, foreign };
};
