import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { RequestsReply } from '#gateway/console/shapes.ts';
import { ask, query } from './api.ts';

/** What a row must have to be listed; what is absent does not matter. */
export interface RequestsFilter {
  readonly q?: string | undefined;
  readonly group?: string | undefined;
  readonly deployment?: string | undefined;
  readonly status?: string | undefined;
  readonly tenant?: string | undefined;
  readonly slower_than_s?: number | undefined;
  readonly limit?: number | undefined;
}

const fetchRequests = (filter: RequestsFilter, before?: number): Promise<RequestsReply> =>
  ask<RequestsReply>(`/spillway/requests${query({ ...filter, before })}`);

export const useRequests = (filter: RequestsFilter, everyMs: number) =>
  useQuery({
    queryKey: ['requests', 'newest', filter],
    queryFn: () => fetchRequests(filter),
    refetchInterval: everyMs,
    placeholderData: keepPreviousData,
  });

const PAGE = 200;

/** Page after page, the newest first. */
export const useRequestPages = (filter: RequestsFilter) =>
  useInfiniteQuery({
    queryKey: ['requests', 'pages', filter],
    queryFn: ({ pageParam }) => fetchRequests({ limit: PAGE, ...filter }, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
