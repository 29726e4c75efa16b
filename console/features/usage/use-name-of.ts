import { useTranslation } from 'react-i18next';
import type { UsageBy } from './search.ts';

const SHORT = 12;

/** What a row is called: by its name, else by its id, else as being without any. */
export const useNameOf = (
  by: UsageBy,
): ((of: { readonly id: string | null; readonly name: string | null }) => string) => {
  const { t } = useTranslation();
  return ({ id, name }) => {
    if (id === null) return t('usage.others');
    if (name) return name;
    if (id === '') return t(by === 'token' ? 'usage.master' : 'usage.nobody');
    return by === 'token' ? t('usage.gone', { id: id.slice(0, SHORT) }) : id;
  };
};
