import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import type { DrawnNode } from '#gateway/console/app-shapes.ts';
import type { NodeRun } from '../data/run-progress.ts';
import { useFormat } from '../ui/format.ts';
import styles from './flow-graph.module.css';
import { isNamed, KindIcon } from './kinds.tsx';
import { hasSource, hasTarget, isDot, MAIN_HANDLE } from './place.ts';

interface CardData extends Record<string, unknown> {
  readonly node: DrawnNode;
  readonly run: NodeRun | undefined;
  /** Of the deployment that serves it. */
  readonly color: string | undefined;
  readonly isChosen: boolean;
}

export type Card = Node<CardData, 'step' | 'box' | 'dot'>;
export type Note = Node<{ readonly text: string }, 'note'>;

/** Where edges come in and go out, beside the title. */
const Ends = ({ node }: { node: DrawnNode }) => {
  const style = isDot(node) ? {} : { top: MAIN_HANDLE };
  const common = { isConnectable: false, className: styles.handle, style };
  return (
    <>
      {hasTarget(node) && <Handle type="target" position={Position.Left} {...common} />}
      {hasSource(node) && (
        <Handle type="source" id="source" position={Position.Right} {...common} />
      )}
    </>
  );
};

const Step = ({ data }: NodeProps<Card>) => {
  const { run, color, isChosen } = data;
  return (
    <div
      className={`${styles.step} ${isChosen ? styles.chosen : ''}`}
      data-state={run?.state ?? 'idle'}
      style={color ? { borderColor: color } : {}}
    >
      <Inside of={data} />
    </div>
  );
};

const Inside = ({ of: { node, run, color } }: { of: CardData }) => (
  <>
    <Ends node={node} />
    <Title node={node} />
    <Status node={node} run={run} color={color} />
    {node.handles.map((handle) => (
      <Way key={handle.id} handle={handle} isTaken={run?.handle === handle.id} />
    ))}
  </>
);

const Title = ({ node: { type, title } }: { node: DrawnNode }) => (
  <div className={styles.title} title={title}>
    <KindIcon type={type} />
    <span>{title}</span>
  </div>
);

/** What it is until it runs; then who serves it, and how far it is. */
const Status = ({ node, run, color }: Pick<CardData, 'node' | 'run' | 'color'>) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { type, about } = node;
  const what = about ?? (isNamed(type) ? t(`kind.${type}`) : type);
  return (
    <div className={styles.more}>
      {run?.deployment !== undefined ? (
        <b className={styles.served} data-testid="node-served">
          <i style={{ background: color }} aria-hidden="true" />
          {run.deployment}
        </b>
      ) : (
        <span>{what}</span>
      )}
      {run && (
        <span>
          {run.rounds && `${run.rounds.begun}/${run.rounds.of ?? '?'} · `}
          {run.elapsedMs === undefined || run.state === 'failed'
            ? t(`scene.state.${run.state}`)
            : format.span(run.elapsedMs / 1000)}
        </span>
      )}
    </div>
  );
};

const Way = ({ handle, isTaken }: { handle: DrawnNode['handles'][number]; isTaken: boolean }) => {
  const { t } = useTranslation();
  const { id, kind, text } = handle;
  return (
    <div className={styles.way} data-taken={isTaken} title={text}>
      {kind !== 'class' && kind !== 'action' && <b>{t(`graph.way.${kind}`)}</b>}
      <span>{text}</span>
      <Handle
        type="source"
        id={id}
        position={Position.Right}
        isConnectable={false}
        className={styles.handle}
      />
    </div>
  );
};

const Container = ({ data }: NodeProps<Card>) => {
  const { run, isChosen } = data;
  return (
    <div
      className={`${styles.box} ${isChosen ? styles.chosen : ''}`}
      data-state={run?.state ?? 'idle'}
    >
      <Inside of={data} />
    </div>
  );
};

const Dot = ({ data: { node, run } }: NodeProps<Card>) => (
  <div className={styles.dot} data-state={run?.state ?? 'idle'} title={node.title}>
    <Ends node={node} />
    <KindIcon type={node.type} />
  </div>
);

const NoteCard = ({ data }: NodeProps<Note>) => <div className={styles.note}>{data.text}</div>;

/** What is drawn for each kind of thing on the canvas. */
export const CARDS = { step: Step, box: Container, dot: Dot, note: NoteCard };
