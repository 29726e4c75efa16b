import { Badge, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DecisionReply } from '#gateway/console/shapes.ts';
import { useDimension } from '../../ui/dimension.ts';
import { useFormat } from '../../ui/format.ts';
import { useServerWords } from '../../ui/server-words.ts';

/** Who could have taken it, what each had left, and who could not and why. */
export const Candidates = ({ decision }: { decision: DecisionReply }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { unitOf } = useDimension();
  const { said } = useServerWords();
  const chosen = decision.attempts.at(-1)?.deployment;
  if (decision.candidates.length + decision.out.length === 0)
    return (
      <Text size="sm" className="soft">
        {t('detail.noCandidates')}
      </Text>
    );
  return (
    <Table fz="sm" verticalSpacing={5} className="numbers">
      <Table.Tbody>
        {decision.candidates.map(({ deployment, scarcest }) => (
          <Table.Tr key={deployment}>
            <Table.Td fw={deployment === chosen ? 650 : 400}>{deployment}</Table.Td>
            <Table.Td>
              <Badge
                variant={deployment === chosen ? 'filled' : 'default'}
                radius="sm"
                tt="none"
                size="sm"
              >
                {t(deployment === chosen ? 'detail.chosen' : 'detail.candidate')}
              </Badge>
            </Table.Td>
            <Table.Td className="soft">
              {scarcest
                ? t('detail.left', {
                    level: format.count(scarcest.level),
                    capacity: format.count(scarcest.capacity),
                    dimension: unitOf(scarcest.dimension),
                  })
                : t('detail.noLimit')}
            </Table.Td>
          </Table.Tr>
        ))}
        {decision.out.map((text) => {
          const at = text.indexOf(': ');
          return (
            <Table.Tr key={text}>
              <Table.Td>{at < 0 ? text : text.slice(0, at)}</Table.Td>
              <Table.Td>
                <Badge
                  variant="light"
                  color="gray"
                  c="var(--text-soft)"
                  radius="sm"
                  tt="none"
                  size="sm"
                >
                  {t('detail.out')}
                </Badge>
              </Table.Td>
              <Table.Td className="soft">{at < 0 ? '' : said(text.slice(at + 2))}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
};
