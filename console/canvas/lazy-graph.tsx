import { Skeleton } from '@mantine/core';
import { Suspense } from 'react';
import type { FlowGraphProps } from './flow-graph.tsx';
import { part } from '../ui/part.tsx';

const FlowGraph = part(async () => (await import('./flow-graph.tsx')).FlowGraph);

/** A graph; what draws it is fetched once one is to be seen. */
export const LazyGraph = (props: FlowGraphProps) => (
  <Suspense fallback={<Skeleton height={props.height} />}>
    <FlowGraph {...props} />
  </Suspense>
);
