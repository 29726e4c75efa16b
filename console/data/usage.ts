import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { UsageReply } from '#gateway/console/kept-shapes.ts';
import { ask, query } from './api.ts';

export interface UsageFilter {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly per: 'hour' | 'day';
  readonly by: string;
  readonly of: string;
  readonly model_group?: string | undefined;
  readonly team_id?: string | undefined;
  readonly api_key?: string | undefined;
  readonly user_id?: string | undefined;
  readonly deployment?: string | undefined;
}

export type UsageRow = UsageReply['rows'][number];

export const useUsage = (filter: UsageFilter) =>
  useQuery({
    queryKey: ['usage', filter],
    queryFn: () => ask<UsageReply>(`/spillway/usage/report${query({ ...filter })}`),
    placeholderData: keepPreviousData,
  });
