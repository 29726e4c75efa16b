import { useTranslation } from 'react-i18next';
import { ApiError, BrokenOff } from '../data/api.ts';
import { useSpan } from './format.ts';
import { useServerWords } from './server-words.ts';

/** An error in the reader's language. */
export const useTold = (): ((error: unknown) => string) => {
  const { t } = useTranslation();
  const span = useSpan();
  const { isForeign, failed, said } = useServerWords();
  return (error) => {
    if (error instanceof BrokenOff)
      return error.message === '' ? t('error.unreachable') : failed(error.message, BROKEN);
    if (!(error instanceof ApiError)) return t('error.unreachable');
    const { message, code, status, param, waitS } = error;
    const told = failed(message, code, status) || t('error.unreachable');
    // A sentence that is known says all of it.
    if (!isForeign || said(message) !== message) return told;
    return [
      told,
      ...(param === undefined ? [] : [t('error.field', { param })]),
      ...(waitS === undefined ? [] : [t('error.wait', { span: span(waitS) })]),
    ].join('');
  };
};

const BROKEN = 'stream_truncated';
