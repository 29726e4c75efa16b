import { Button, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlowGraphProps } from '../../canvas/flow-graph.tsx';
import { LazyGraph } from '../../canvas/lazy-graph.tsx';
import type { useDrawing } from '../../data/apps.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Panel } from '../../ui/page.tsx';

interface GraphPanelProps extends Omit<FlowGraphProps, 'graph' | 'isTidy'> {
  readonly drawing: ReturnType<typeof useDrawing>;
}

/** An app's graph as its file has it, or tidied up. */
export const GraphPanel = ({ drawing, ...graph }: GraphPanelProps) => {
  const { t } = useTranslation();
  const [isTidy, setTidy] = useState(false);
  return (
    <Panel
      title={t('apps.graph')}
      aside={
        <Button
          size="compact-sm"
          variant="default"
          aria-pressed={isTidy}
          onClick={() => setTidy(!isTidy)}
        >
          {t(isTidy ? 'graph.asWritten' : 'graph.tidy')}
        </Button>
      }
    >
      {drawing.isError && <ErrorNote error={drawing.error} />}
      {drawing.data ? (
        <LazyGraph key={String(isTidy)} graph={drawing.data} isTidy={isTidy} {...graph} />
      ) : (
        <Skeleton height={graph.height} />
      )}
    </Panel>
  );
};
