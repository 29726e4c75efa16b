import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DecisionReply } from '#gateway/console/shapes.ts';
import { useFormat } from '../../ui/format.ts';

interface Piece {
  readonly kind: 'queue' | 'failed' | 'first' | 'stream';
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

const COLORS: Readonly<Record<Piece['kind'], string>> = {
  queue: 'var(--queue)',
  failed: 'var(--refused)',
  first: 'var(--wait)',
  stream: 'var(--stream)',
};

/** A request's life as bars under each other, on one scale. */
export const Timeline = ({ decision }: { decision: DecisionReply }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const total = Math.max(0.001, decision.total_s ?? 0);
  const pieces = piecesOf(decision, {
    queue: t('detail.queue'),
    failed: (name) => t('detail.failed', { name }),
    first: (name) => t('detail.first', { name }),
    stream: t('detail.stream'),
    whole: (name) => t('detail.whole', { name }),
  });
  if (pieces.length === 0) return null;
  return (
    <Stack gap={6} role="list" aria-label={t('detail.timeline')}>
      {pieces.map((piece) => (
        <Group key={`${piece.label} ${piece.from}`} gap="sm" wrap="nowrap" role="listitem">
          <Text size="xs" w={170} style={{ flex: 'none' }} truncate>
            {piece.label}
          </Text>
          <div style={{ flex: 1, background: 'var(--faint)', borderRadius: 4, height: 14 }}>
            <div
              style={{
                marginLeft: `${(piece.from / total) * 100}%`,
                width: `${Math.max(0.6, ((piece.to - piece.from) / total) * 100)}%`,
                background: COLORS[piece.kind],
                height: '100%',
                borderRadius: 4,
              }}
            />
          </div>
          <Text size="xs" w={64} ta="right" className="numbers" style={{ flex: 'none' }}>
            {format.span(piece.to - piece.from)}
          </Text>
        </Group>
      ))}
      <Group justify="space-between" pl={182} pr={76}>
        <Text size="xs" className="soft">
          0
        </Text>
        <Text size="xs" className="soft numbers">
          {format.span(total)}
        </Text>
      </Group>
    </Stack>
  );
};

interface Words {
  readonly queue: string;
  readonly failed: (name: string) => string;
  readonly first: (name: string) => string;
  readonly stream: string;
  readonly whole: (name: string) => string;
}

const piecesOf = (decision: DecisionReply, words: Words): Piece[] => {
  const total = decision.total_s ?? 0;
  const queue = decision.queue_s ?? 0;
  const pieces: Piece[] =
    queue > 0 ? [{ kind: 'queue', label: words.queue, from: 0, to: queue }] : [];
  for (const attempt of decision.attempts) {
    const { deployment, outcome } = attempt;
    const from = attempt.start_s ?? 0;
    const to = attempt.end_s ?? total;
    const first = attempt.first_s ?? undefined;
    if (outcome !== 'ok' && first === undefined) {
      pieces.push({ kind: 'failed', label: words.failed(deployment), from, to });
      continue;
    }
    if (first === undefined) {
      pieces.push({ kind: 'stream', label: words.whole(deployment), from, to });
      continue;
    }
    pieces.push({ kind: 'first', label: words.first(deployment), from, to: first });
    pieces.push({ kind: 'stream', label: words.stream, from: first, to });
  }
  return pieces;
};
