import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { FlowGraphProps } from './flow-graph.tsx';

const FlowGraph = lazy(async () => {
  const { FlowGraph } = await import('./flow-graph.tsx');
  return { default: FlowGraph };
});

/** A graph; what draws it is fetched once one is to be seen. */
export const LazyGraph = (props: FlowGraphProps) => (
  <Suspense fallback={<Skeleton height={props.height} />}>
    <FlowGraph {...props} />
  </Suspense>
);
