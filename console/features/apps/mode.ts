import { useTranslation } from 'react-i18next';

const MODES = ['advanced-chat', 'workflow', 'chat', 'agent-chat', 'completion'] as const;
type Mode = (typeof MODES)[number];

const isMode = (mode: string): mode is Mode => (MODES as readonly string[]).includes(mode);

/** What people call an app's mode. */
export const useModeName = (): ((mode: string) => string) => {
  const { t } = useTranslation();
  return (mode) => (isMode(mode) ? t(`apps.mode.${mode}`) : mode);
};

/** Whether it answers in a conversation; others are given a form once. */
export const talks = ({ mode }: { readonly mode: string }): boolean =>
  mode === 'advanced-chat' || mode === 'chat' || mode === 'agent-chat';
