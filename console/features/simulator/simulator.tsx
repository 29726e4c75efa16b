import { Alert, Button, Group, SimpleGrid, Skeleton, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { resetSimulator, useSession, useSimulator } from '../../data/queries.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { FaultSwitches } from './fault-switches.tsx';
import { ProjectCard } from './project-card.tsx';

/** The vendor's side of the picture, and what can be made to go wrong there. */
export const Simulator = () => {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const isThere = session?.demo === true;
  const simulator = useSimulator(isThere);
  const reset = useMutation({ mutationFn: resetSimulator });
  if (!isThere)
    return (
      <Page title={t('simulator.title')}>
        <Alert variant="light">{t('simulator.notHere')}</Alert>
      </Page>
    );
  return (
    <Page
      title={t('simulator.title')}
      about={t('simulator.about')}
      actions={
        <Button
          variant="default"
          size="compact-sm"
          loading={reset.isPending}
          onClick={() => reset.mutate()}
        >
          {t('simulator.reset')}
        </Button>
      }
    >
      {reset.isError && <ErrorNote error={reset.error} />}
      {simulator.isError && <ErrorNote error={simulator.error} />}
      {simulator.isPending && <Skeleton height={300} radius="md" />}
      {simulator.data && (
        <>
          <SimpleGrid cols={{ base: 1, md: 3 }}>
            {simulator.data.projects.map((project) => (
              <ProjectCard key={project.id} project={project} />
            ))}
          </SimpleGrid>
          <Panel
            title={t('simulator.faults')}
            aside={
              <Group gap={6}>
                <Text size="xs" className="soft">
                  {simulator.data.url}
                </Text>
              </Group>
            }
          >
            <FaultSwitches simulator={simulator.data} />
          </Panel>
        </>
      )}
    </Page>
  );
};
