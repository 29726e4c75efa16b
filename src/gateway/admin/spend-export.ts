import type { Json } from '#core/json.ts';
import { csvLine } from '#core/csv-line.ts';
import type { Registry } from '#keys/registry.ts';
import { spendRow } from '#keys/spend-view.ts';
import type { RecordFilter } from '#store/spend.ts';

/** Rows that are read at once: nobody holds a whole log in memory. */
const BATCH = 1_000;

const COLUMNS = [
  'request_id',
  'startTime',
  'endTime',
  'completionStartTime',
  'api_key',
  'user',
  'team_id',
  'end_user',
  'session_id',
  'model_group',
  'model',
  'model_id',
  'custom_llm_provider',
  'status',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'spend',
  'wait_ms',
  'request_tags',
  'metadata',
] as const;

/**
 * Every record that fits, the latest first, as it is read. Records that come after `wallMs` do not
 * move the pages.
 */
export const exportSpend = (
  registry: Pick<Registry, 'store' | 'directory' | 'baseOf'>,
  filter: RecordFilter,
  { format, wallMs }: { readonly format: 'jsonl' | 'csv'; readonly wallMs: number },
): Response => {
  const { spend } = registry.store;
  const encoder = new TextEncoder();
  const toMs = Math.min(filter.toMs ?? Infinity, wallMs);
  let offset = 0;
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const records = await spend.list({ ...filter, toMs }, { limit: BATCH, offset });
      offset += records.length;
      const head = isFirst && format === 'csv' ? `${csvLine([...COLUMNS])}\n` : '';
      isFirst = false;
      const lines = records.map((record) => {
        const row = spendRow(registry, record);
        return format === 'csv'
          ? csvLine(COLUMNS.map((name) => textOf(row[name])))
          : JSON.stringify(row);
      });
      const text = head + lines.map((line) => `${line}\n`).join('');
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (records.length < BATCH) controller.close();
    },
  });
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8';
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="spend.${format}"`,
    },
  });
};

const textOf = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
