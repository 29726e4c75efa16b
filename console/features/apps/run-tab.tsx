import { Button, Group, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppReply } from '#gateway/console/app-shapes.ts';
import { useDrawing, watchRun } from '../../data/apps.ts';
import { useLive } from '../../data/live.ts';
import { useMe } from '../../data/me.ts';
import { useRun } from '../../data/use-run.ts';
import { Panel } from '../../ui/page.tsx';
import { seriesColor } from '../../ui/theme.ts';
import styles from './apps.module.css';
import { ChatRun } from './chat-run.tsx';
import type { Given } from './fields.ts';
import { FormRun } from './form-run.tsx';
import { GraphPanel } from './graph-panel.tsx';
import { layoutOf } from './layout.ts';
import { talks } from './mode.ts';
import { PastRun } from './past-run.tsx';
import { Trace } from './trace.tsx';

/** One colour for each deployment, the same on every page. */
const useColors = (): ((deployment: string) => string) => {
  const { quota } = useLive();
  const names = (quota?.deployments ?? []).map(({ deployment }) => deployment);
  return (name) => seriesColor(names.indexOf(name));
};

/** The app's graph, a run of it, and what each node has done. */
export const RunTab = ({ app }: { app: AppReply }) => {
  const { t } = useTranslation();
  const { run: pastId } = useSearch({ from: '/apps/$appId' });
  const navigate = useNavigate({ from: '/apps/$appId' });
  const run = useRun();
  const { start, clear, seen } = run;
  const [chosen, setChosen] = useState<string>();
  const colorOf = useColors();
  const drawing = useDrawing(app.id);
  const { isWide, height } = useMemo(() => layoutOf(drawing.data), [drawing.data]);
  const { isAdmin } = useMe();
  const [given, setGiven] = useState<Given>();
  useEffect(() => {
    if (pastId !== undefined) start((signal) => watchRun(pastId, signal));
    else clear();
  }, [pastId, start, clear]);
  const again = (before: Given): void => {
    setGiven(before);
    void navigate({ search: {} });
  };
  return (
    <div className={styles.split} data-wide={isWide}>
      <div className={styles.graph}>
        <GraphPanel
          drawing={drawing}
          height={height}
          runs={seen.nodes}
          colorOf={colorOf}
          chosen={chosen}
          choose={setChosen}
        />
      </div>
      <div className={styles.trace}>
        <Panel title={t('trace.title')}>
          <Trace seen={seen} colorOf={colorOf} chosen={chosen} choose={setChosen} />
        </Panel>
      </div>
      <div className={styles.run}>
        {pastId !== undefined ? (
          <Panel title={t('runs.one')}>
            <PastRun runId={pastId} run={run} again={isAdmin ? again : undefined} />
            <Group mt="md">
              <Button variant="default" onClick={() => void navigate({ search: {} })}>
                {t('runs.new')}
              </Button>
            </Group>
          </Panel>
        ) : (
          <Panel title={t(talks(app) ? 'apps.talk' : 'apps.form')}>
            {!isAdmin && (
              <Text size="sm" className="soft">
                {t('run.notYours')}
              </Text>
            )}
            {isAdmin &&
              (talks(app) ? (
                <ChatRun app={app} run={run} given={given} />
              ) : (
                <FormRun app={app} run={run} given={given} />
              ))}
          </Panel>
        )}
      </div>
    </div>
  );
};
