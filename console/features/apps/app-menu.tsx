import { ActionIcon, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppRow } from '#gateway/console/app-shapes.ts';
import { deleteApp, saveDsl } from '../../data/apps.ts';
import { useMe } from '../../data/me.ts';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { MoreIcon } from '../../ui/icons.tsx';
import { ImportModal } from './import-modal.tsx';

/** What an admin can do with an app: export, import anew, delete. */
export const AppMenu = ({ app }: { app: AppRow }) => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const [isReplacing, setReplacing] = useState(false);
  const [asked, setAsked] = useState<Question>();
  const navigate = useNavigate();
  if (!isAdmin) return null;
  const isFlow = app.mode === 'workflow' || app.mode === 'advanced-chat';
  const exporting = (withSecrets: boolean): Question => ({
    title: t(withSecrets ? 'apps.exportSecrets' : 'apps.export'),
    text: t(withSecrets ? 'apps.secretsText' : 'apps.exportText'),
    verb: t('apps.export'),
    act: () => saveDsl(app.id, app.name, withSecrets),
  });
  const deleting: Question = {
    title: t('apps.delete.title', { name: app.name }),
    text: t('apps.delete.text'),
    verb: t('apps.delete.button'),
    act: () => deleteApp(app.id, () => navigate({ to: '/apps' })),
  };
  const save = (): void => {
    // Where it cannot be had, the question says why.
    saveDsl(app.id, app.name, false).catch(() => setAsked(exporting(false)));
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('apps.menu', { name: app.name })}>
            <MoreIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={save}>{t('apps.export')}</Menu.Item>
          <Menu.Item onClick={() => setAsked(exporting(true))}>{t('apps.exportSecrets')}</Menu.Item>
          {app.source === 'import' && isFlow && (
            <Menu.Item onClick={() => setReplacing(true)}>{t('apps.replace')}</Menu.Item>
          )}
          {app.source === 'import' && (
            <Menu.Item c="var(--bad)" onClick={() => setAsked(deleting)}>
              {t('apps.delete.item')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ImportModal isOpen={isReplacing} close={() => setReplacing(false)} replaced={app} />
      <Confirm of={asked} close={() => setAsked(undefined)} />
    </>
  );
};
