import { useCallback, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallersReply } from '#gateway/console/kept-shapes.ts';
import { ask, query } from './api.ts';
import { useAppNames } from './apps.ts';
import { useMe } from './me.ts';

/** How requests tell of the master key, of this page's own, of an app's, and of a key that is kept here. */
const MASTER = 'master';
const CONSOLE = 'console';
const OF_APP = 'app:';
const WORD = /^[0-9a-f]{12}$/;
/** Words that come together are asked for together, ms. */
const TOGETHER_MS = 50;
const MOST_WORDS = 200;

/** Words whose names are known, or were asked for: once each while the page is open. */
class CallerNames {
  #names: ReadonlyMap<string, string> = new Map();
  readonly #asked = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly #listeners = new Set<() => void>();

  readonly get = (): ReadonlyMap<string, string> => this.#names;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  want(word: string): void {
    if (!WORD.test(word) || this.#asked.has(word)) return;
    this.#asked.add(word);
    if (this.#wanted.size === 0) setTimeout(() => void this.#fetch(), TOGETHER_MS);
    this.#wanted.add(word);
  }

  async #fetch(): Promise<void> {
    const words = [...this.#wanted];
    this.#wanted.clear();
    for (let i = 0; i < words.length; i += MOST_WORDS) {
      const some = words.slice(i, i + MOST_WORDS);
      try {
        const path = `/spillway/callers${query({ words: some.join(',') })}`;
        const { names } = await ask<CallersReply>(path);
        this.#names = new Map([...this.#names, ...Object.entries(names)]);
      } catch {
        // They stay words until they are seen again.
        for (const word of some) this.#asked.delete(word);
      }
    }
    for (const listener of this.#listeners) listener();
  }
}

const callers = new CallerNames();

/** What people call whoever sent a request: `key` or `key/user`, of which the key is a word. */
export const useCallerName = (): ((tenant: string) => string) => {
  const { keeps, seesAll } = useMe();
  const { t } = useTranslation();
  const appNames = useAppNames();
  const names = useSyncExternalStore(callers.subscribe, callers.get);
  return useCallback(
    (tenant) => {
      const [word = '', ...user] = tenant.split('/');
      if (keeps && seesAll) callers.want(word);
      const name =
        word === MASTER
          ? t('usage.master')
          : word === CONSOLE
            ? t('runs.by.console')
            : word.startsWith(OF_APP)
              ? appNames(word.slice(OF_APP.length))
              : (names.get(word) ?? word);
      return [name, ...user].join('/');
    },
    [names, appNames, keeps, seesAll, t],
  );
};
