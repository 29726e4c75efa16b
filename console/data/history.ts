import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask, query } from './api.ts';

/** One record of a request, as it is kept. */
export interface HistoryRecord {
  readonly request_id: string;
  /** By which its decision is remembered, for a while. */
  readonly litellm_call_id?: string;
  readonly startTime: string;
  readonly endTime: string;
  /** The key's public token; empty for the master key. */
  readonly api_key: string;
  readonly key_name: string | null;
  readonly user: string;
  readonly team_id: string;
  readonly team_name: string | null;
  readonly end_user: string;
  readonly model_group: string;
  readonly model: string;
  readonly model_id: string;
  readonly custom_llm_provider: string;
  readonly status: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly spend: number;
  readonly request_tags: readonly string[];
  readonly wait_ms?: number;
  readonly first_ms?: number;
  readonly attempts?: readonly (readonly [deployment: string, outcome: string])[];
  readonly upstream_id?: string;
  readonly requester_ip_address: string | null;
  readonly metadata: {
    readonly error_information?: {
      readonly error_code: string;
      readonly error_class: string;
      readonly error_message: string;
    };
  };
}

export interface HistoryFilter {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly request_id?: string | undefined;
  readonly api_key?: string | undefined;
  readonly team_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly end_user?: string | undefined;
  readonly model_group?: string | undefined;
  readonly deployment?: string | undefined;
  readonly status_filter?: string | undefined;
}

export const HISTORY_A_PAGE = 50;

interface HistoryPage {
  readonly total: number;
  readonly records: readonly HistoryRecord[];
}

export const useHistory = (filter: HistoryFilter, page: number) =>
  useQuery({
    queryKey: ['history', filter, page],
    queryFn: () =>
      ask<HistoryPage>(`/spillway/history${query({ ...filter, page, size: HISTORY_A_PAGE })}`),
    placeholderData: keepPreviousData,
  });
