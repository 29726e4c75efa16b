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
  const out = outOf(decision);
  if (decision.candidates.length + out.length === 0)
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
        {out.map(({ name, text, roomInS }) => (
          <Table.Tr key={`${name} ${text}`}>
            <Table.Td>{name}</Table.Td>
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
            <Table.Td className="soft">
              {roomInS === undefined
                ? said(text)
                : t('detail.roomIn', { span: format.span(roomInS) })}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};

interface Out {
  readonly name: string;
  readonly text: string;
  /** Until its limits have room, s, where that is all that is missing. */
  readonly roomInS?: number;
}

const ROOM_IN = /^has room in (\d+) ms$/;

/** Who did not come into question, and why; of what was refused in line, until when nobody had room. */
const outOf = ({ candidates, out, wait }: DecisionReply): readonly Out[] => {
  if (candidates.length + out.length === 0)
    return (wait?.room ?? []).map(({ deployment, in_s: inS }) => ({
      name: deployment,
      text: '',
      ...(inS !== null && { roomInS: inS }),
    }));
  return out.map((line) => {
    const [name = '', ...rest] = line.split(': ');
    const text = rest.join(': ');
    const [, ms] = ROOM_IN.exec(text) ?? [];
    return { name, text, ...(ms !== undefined && { roomInS: Number(ms) / 1000 }) };
  });
};
