import {
  Accordion,
  Badge,
  Button,
  Code,
  Group,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SimulatorReply } from '#gateway/console/shapes.ts';
import { clearFaults, setFaults } from '../../data/queries.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useServerWords } from '../../ui/server-words.ts';

/** What is worth watching: each is one fault of one project. */
const PRESETS = [
  ['down', { kind: 'http', status: 500 }],
  ['overloaded', { kind: 'http', status: 529 }],
  ['reset', { kind: 'reset' }],
  ['silent', { kind: 'never_respond' }],
  ['slow', { kind: 'slow_bytes' }],
  ['broken', { kind: 'truncate' }],
] as const;

type Fault = SimulatorReply['faults'][number];

export const FaultSwitches = ({ simulator }: { simulator: SimulatorReply }) => {
  const { t } = useTranslation();
  const ids = simulator.projects.map(({ id }) => id);
  const [chosen, setChosen] = useState(ids[0] ?? '');
  const change = useMutation({
    mutationFn: ({ text, id }: { text?: string; id?: string }) =>
      text === undefined ? clearFaults(id) : setFaults(text),
  });
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Text size="sm" className="soft">
          {t('simulator.whom')}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t('simulator.whom')}
          value={chosen}
          onChange={setChosen}
          data={ids}
        />
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {PRESETS.map(([name, fault]) => {
          const set = simulator.faults.find((one) => isSame(one, fault, chosen));
          return (
            <Switch
              key={name}
              label={t(`simulator.fault.${name}`)}
              description={<Code fz={11}>{JSON.stringify(fault)}</Code>}
              checked={set !== undefined}
              onChange={() =>
                change.mutate(
                  set ? { id: set.id } : { text: JSON.stringify({ ...fault, projects: [chosen] }) },
                )
              }
            />
          );
        })}
      </SimpleGrid>
      {change.isError && <ErrorNote error={change.error} />}
      <Active
        faults={simulator.faults}
        end={(id) => change.mutate(id === undefined ? {} : { id })}
      />
      <Script kinds={simulator.kinds} run={(text) => change.mutate({ text })} />
    </Stack>
  );
};

const isSame = (one: Fault, fault: { kind: string; status?: number }, project: string): boolean =>
  one.kind === fault.kind &&
  one.state !== 'over' &&
  (fault.status === undefined || one['status'] === fault.status) &&
  Array.isArray(one['projects']) &&
  one['projects'].includes(project);

/** `http 500`: a kind, and what tells it from others of its kind. */
const nameOf = ({ kind, ...fault }: Fault): string =>
  typeof fault['status'] === 'number' ? `${kind} ${fault['status']}` : kind;

const Active = ({ faults, end }: { faults: readonly Fault[]; end: (id?: string) => void }) => {
  const { t } = useTranslation();
  if (faults.length === 0)
    return (
      <Text size="sm" className="soft">
        {t('simulator.noFaults')}
      </Text>
    );
  return (
    <Group gap="xs">
      {faults.map((fault) => (
        <Badge
          key={fault.id}
          variant="light"
          color={fault.state === 'active' ? 'red' : 'gray'}
          c={fault.state === 'active' ? 'var(--bad)' : 'var(--text-soft)'}
          radius="sm"
          tt="none"
          rightSection={
            <button
              type="button"
              aria-label={t('simulator.end', { kind: nameOf(fault) })}
              onClick={() => end(fault.id)}
              style={{ all: 'unset', cursor: 'pointer', padding: '0 4px' }}
            >
              ×
            </button>
          }
        >
          {t('simulator.struck', {
            kind: nameOf(fault),
            whom: Array.isArray(fault['projects']) ? fault['projects'].join(', ') : '*',
            count: fault.struck,
          })}
        </Badge>
      ))}
      <Button size="compact-xs" variant="default" onClick={() => end()}>
        {t('simulator.endAll')}
      </Button>
    </Group>
  );
};

const Script = ({
  kinds,
  run,
}: {
  kinds: SimulatorReply['kinds'];
  run: (text: string) => void;
}) => {
  const { t } = useTranslation();
  const { said } = useServerWords();
  const [text, setText] = useState('');
  return (
    <Accordion variant="contained">
      <Accordion.Item value="script">
        <Accordion.Control>{t('simulator.script')}</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">
            <Textarea
              label={t('simulator.scriptLabel')}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autosize
              minRows={3}
              maxRows={12}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              placeholder="{kind: http, status: 529, p: 0.5, dur_s: 20}"
            />
            <Group>
              <Button size="compact-sm" disabled={text.trim() === ''} onClick={() => run(text)}>
                {t('simulator.run')}
              </Button>
            </Group>
            {kinds.map(({ kind, about, example }) => (
              <Group key={kind} gap="sm" wrap="nowrap" align="start">
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() => setText(example)}
                  style={{ flex: 'none' }}
                >
                  {kind}
                </Button>
                <Text size="xs" className="soft">
                  {said(about)}
                </Text>
              </Group>
            ))}
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
};
