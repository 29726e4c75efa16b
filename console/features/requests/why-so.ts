import { useTranslation } from 'react-i18next';
import type { DecisionReply } from '#gateway/console/shapes.ts';
import { useCallerName } from '../../data/callers.ts';
import { useFormat } from '../../ui/format.ts';

/** One sentence that says why a request took as long as it did. */
export const useWhySo = (): ((decision: DecisionReply) => string) => {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useCallerName();
  return (decision) => {
    const { attempts, wait, queue_s: queueS, total_s: totalS, status } = decision;
    const last = attempts.at(-1);
    const queue = queueS ?? 0;
    const parts: string[] = [];
    if (queue > 0 && wait) {
      const who = wait.ahead[0]?.tenant;
      const pool = wait.room[0]?.deployment ?? wait.pool ?? decision.group;
      const room = wait.own ? t('why.own') : pool;
      parts.push(
        who === undefined
          ? t('why.waited', { span: format.span(queue), room })
          : t('why.waitedBehind', { span: format.span(queue), room, who: nameOf(who) }),
      );
    } else if (queue > 0) parts.push(t('why.waitedPlain', { span: format.span(queue) }));
    const lostS = (last?.start_s ?? 0) - queue;
    if (attempts.length > 1)
      parts.push(t('why.failed', { span: format.span(lostS), count: attempts.length - 1 }));
    if (last?.first_s !== null && last?.first_s !== undefined) {
      parts.push(t('why.first', { span: format.span(last.first_s - (last.start_s ?? 0)) }));
      parts.push(t('why.stream', { span: format.span((totalS ?? 0) - last.first_s) }));
    } else if (last?.outcome === 'ok')
      parts.push(t('why.answer', { span: format.span((totalS ?? 0) - (last.start_s ?? 0)) }));
    const all = parts.join(t('why.and'));
    const total = format.span(totalS);
    if (last?.outcome === 'ok')
      return t('why.served', { deployment: last.deployment, total, parts: all });
    return all === ''
      ? t('why.refused', { status, total })
      : t('why.refusedAfter', { status, total, parts: all });
  };
};
