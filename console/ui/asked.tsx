import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorNote } from './error-note.tsx';

interface AskedProps<Data> {
  readonly of: UseQueryResult<Data>;
  /** How much room it will take, pixels. */
  readonly height: number;
  readonly children: (data: Data) => ReactNode;
}

/** What a page asked for, its place until it is there, or why it is not, and the way to ask again. */
export const Asked = <Data,>({ of, height, children }: AskedProps<Data>): ReactNode => {
  if (of.isError) return <ErrorNote error={of.error} again={() => void of.refetch()} />;
  if (of.isPending) return <Skeleton height={height} radius="md" />;
  return children(of.data);
};
