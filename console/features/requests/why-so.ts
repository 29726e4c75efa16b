import { useTranslation } from 'react-i18next';
import type { DecisionReply } from '#gateway/console/shapes.ts';
import { useCallerName } from '../../data/callers.ts';
import { useDimension } from '../../ui/dimension.ts';
import { useFormat } from '../../ui/format.ts';

/** What a request waited for, of whom, and behind whom. */
const useWaited = (): ((span: string, decision: DecisionReply) => string) => {
  const { t } = useTranslation();
  const nameOf = useCallerName();
  const { known } = useDimension();
  return (span, { wait, group }) => {
    if (!wait) return t('why.waitedPlain', { span });
    const { own, pool, dimension, room, ahead } = wait;
    if (own)
      return t('why.waited', { span, what: t(`why.own.${known(own.dimension) ?? 'other'}`) });
    // Where there was room, it went to whoever came first: no single deployment is what it waited for.
    const whose = pool === null ? group : (room[0]?.deployment ?? pool);
    const what = t(`why.of.${known(dimension ?? '') ?? 'other'}`, { whose });
    const who = ahead[0]?.tenant;
    return who === undefined
      ? t('why.waited', { span, what })
      : t('why.waitedBehind', { span, what, who: nameOf(who) });
  };
};

/** One sentence that says why a request took as long as it did. */
export const useWhySo = (): ((decision: DecisionReply) => string) => {
  const { t } = useTranslation();
  const format = useFormat();
  const waited = useWaited();
  return (decision) => {
    const { attempts, queue_s: queueS, total_s: totalS, status } = decision;
    const last = attempts.at(-1);
    const queue = queueS ?? 0;
    const parts: string[] = [];
    if (queue > 0) parts.push(waited(format.span(queue), decision));
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
    if (last?.outcome === 'ok') {
      const served = { deployment: last.deployment, total };
      // One part alone is as long as the whole.
      return parts.length > 1
        ? t('why.served', { ...served, parts: all })
        : t('why.servedAtOnce', served);
    }
    return all === ''
      ? t('why.refused', { status, total })
      : t('why.refusedAfter', { status, total, parts: all });
  };
};
