import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '#core/errors.ts';
import { inJapanese, linesInJapanese } from '../i18n/server-words.ts';

export interface ServerWords {
  /** The server speaks another language than the reader: its own words are a detail then. */
  readonly isForeign: boolean;
  /** A sentence of the server's in the reader's language; its own words where nobody knows those. */
  readonly said: (text: string) => string;
  /** The same line by line; lines that nobody knows stay as they are. */
  readonly lines: (text: string) => string;
  /** The same of what was refused or failed: by its code where the sentence is not known. */
  readonly failed: (text: string, code: string, status?: number | null) => string;
}

/** Of answers without a code: something between here and the server may have given them. */
const CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'timeout',
  413: 'too_large',
  422: 'invalid_request',
  429: 'rate_limited',
  499: 'client_closed',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
};

/** What the server says, for people who read another language than English. */
export const useServerWords = (): ServerWords => {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(() => {
    const isForeign = language !== 'en';
    const known = (text: string): string | undefined => (isForeign ? inJapanese(text) : undefined);
    return {
      isForeign,
      said: (text) => known(text) ?? text,
      lines: (text) => (isForeign ? linesInJapanese(text) : text),
      failed(text, code, status) {
        const found = known(text);
        if (found !== undefined || (!isForeign && text !== '')) return found ?? text;
        const word = (code || CODES[status ?? 0]) as ErrorCode | undefined;
        return word === undefined ? text : t(`error.of.${word}`, { defaultValue: text });
      },
    };
  }, [t, language]);
};
