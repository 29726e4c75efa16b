import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SceneRun } from '../../data/scene.ts';
import { seriesColor } from '../../ui/theme.ts';

/** How many calls of a run each key has served, as one would count them in the vendor's console. */
export const Tally = ({ run, names }: { run: SceneRun; names: readonly string[] }) => {
  const { t } = useTranslation();
  const served = [...run.nodes.values()].flatMap(({ deployment }) => deployment ?? []);
  return (
    <Group gap="xl" aria-live="polite" data-testid="tally">
      {names.map((name, i) => (
        <Group key={name} gap="sm" wrap="nowrap">
          <span style={{ width: 6, height: 44, borderRadius: 3, background: seriesColor(i) }} />
          <Stack gap={0}>
            <Text fz={30} fw={700} lh={1} className="numbers" data-testid={`tally-${name}`}>
              {served.filter((one) => one === name).length}
            </Text>
            <Text size="xs" className="soft">
              {name}
            </Text>
          </Stack>
        </Group>
      ))}
      <Text size="sm" className="soft">
        {t(`scene.run.${run.state}`)}
      </Text>
    </Group>
  );
};
