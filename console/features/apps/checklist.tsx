import { Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SaidCode } from '#flow/said.ts';
import type { AppChecklistItem } from '#gateway/console/app-shapes.ts';
import { useServerWords } from '../../ui/server-words.ts';

/** What keeps an app from running; the rest it can do without. */
const isGrave = (kind: AppChecklistItem['kind']): boolean => kind === 'flow' || kind === 'model';

/** What is missing for an app to run as it did where it came from. */
export const Checklist = ({ items }: { items: readonly AppChecklistItem[] }) => {
  const { t } = useTranslation();
  const server = useServerWords();
  /** What is filled in may be a sentence of its own. */
  const wordsIn = (filled: AppChecklistItem['said']['with']): Record<string, string | number> =>
    Object.fromEntries(
      Object.entries(filled).map(([name, value]) => [
        name,
        (name === 'detail' || name === 'message') && typeof value === 'string'
          ? server.said(value)
          : value,
      ]),
    );
  if (items.length === 0)
    return (
      <Text size="sm" c="var(--good)">
        {t('apps.checklist.none')}
      </Text>
    );
  return (
    <Stack
      gap="xs"
      component="ul"
      p={0}
      m={0}
      style={{ listStyle: 'none' }}
      data-testid="checklist"
    >
      {items.map(({ kind, node, message, said }, i) => (
        <Group key={i} component="li" gap="sm" wrap="nowrap" align="start">
          <Badge
            variant="light"
            radius="sm"
            tt="none"
            miw={96}
            color={isGrave(kind) ? 'red' : 'orange'}
            c={isGrave(kind) ? 'var(--bad)' : 'var(--warn)'}
            style={{ flex: 'none' }}
          >
            {t(`apps.checklist.${kind}`)}
          </Badge>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {node !== undefined && <b>{node}: </b>}
            {t(`apps.said.${said.code as SaidCode}`, {
              ...wordsIn(said.with),
              defaultValue: message,
            })}
          </Text>
        </Group>
      ))}
    </Stack>
  );
};
