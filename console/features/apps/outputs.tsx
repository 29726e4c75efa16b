import { Code, Group, Stack, Text } from '@mantine/core';
import { CopyButton } from '../../ui/copy.tsx';
import { Written } from '../../ui/written.tsx';
import { useTranslation } from 'react-i18next';

/** What a run has left, name by name. */
export const Outputs = ({ outputs }: { outputs: Readonly<Record<string, unknown>> }) => {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      {Object.entries(outputs).map(([name, value]) => (
        <div key={name} data-testid={`output-${name}`}>
          <Group gap={4} mb={2}>
            <Text size="xs" className="soft">
              {name}
            </Text>
            <CopyButton
              value={typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}
              label={t('run.copyOutput', { name })}
            />
          </Group>
          {typeof value === 'string' ? (
            <Written text={value} isWhole />
          ) : (
            <JsonBlock value={value} />
          )}
        </div>
      ))}
    </Stack>
  );
};

const LONGEST = 20_000;

/** Any value as a text, cut where it is too long to read. */
export const JsonBlock = ({ value }: { value: unknown }) => {
  const text = JSON.stringify(value, undefined, 2) ?? '';
  return (
    // A region that scrolls can be reached by key.
    <Code
      block
      tabIndex={0}
      style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: 320 }}
    >
      {text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}
    </Code>
  );
};
