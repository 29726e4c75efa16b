import type { AnswerDelta, NodeDelta, NodeFinish, RunEvent } from '#flow/events.ts';
import type { FlowLimits } from '#flow/limits.ts';
import type { Flow } from '#flow/prepare.ts';
import { asMarkdown } from '#flow/show.ts';
import type { Segment } from '#flow/template.ts';
import type { Selector, VariablePool } from '#flow/variables.ts';
import type { Step } from '#wire/dialect.ts';

/** A response node whose text is being given out: where in its template, and in the variable there. */
interface Session {
  readonly nodeId: string;
  readonly segments: readonly Segment[];
  segment: number;
  /** Pieces of the current variable that are out already. */
  pieces: number;
}

export interface AnswerStreamOptions {
  /** The run's variables before its first node; written to from here on. */
  readonly pool: VariablePool;
  readonly limits: FlowLimits;
}

/**
 * Adds `answer-delta` to a run's events: the text of its response nodes in the order of their
 * templates, however the nodes that it comes from are timed. A cursor stands in one template at a
 * time; what a node streams goes out at once when the cursor is on it, and is held otherwise.
 *
 * A response node's turn comes when it is sure to be reached: when a way from the root leads to it on
 * which every branch and every other response node has been left already. The set of nodes for
 * which that is so only grows, and each edge is followed once.
 */
export class AnswerStream implements Step<RunEvent, RunEvent> {
  readonly #flow: Flow;
  readonly #pool: VariablePool;
  readonly #limits: FlowLimits;
  readonly #responses = new Map<string, readonly Segment[]>();
  /** What nodes streamed, by node and output; kept for those that a template asks for. */
  readonly #streamed = new Map<string, string[]>();
  /** Nodes that are sure to be reached, or were. */
  readonly #sure = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #skipped = new Set<string>();
  /** The first is the one whose text goes out. */
  readonly #sessions: Session[] = [];
  #chars = 0;

  constructor(flow: Flow, { pool, limits }: AnswerStreamOptions) {
    this.#flow = flow;
    this.#pool = pool;
    this.#limits = limits;
    for (const [id, { type, config }] of flow.nodes) {
      const segments = type.response?.(config);
      if (!segments) continue;
      this.#responses.set(id, segments);
      for (const segment of segments)
        if (segment.kind === 'variable') this.#streamed.set(keyOf(segment.selector), []);
    }
  }

  push(event: RunEvent): RunEvent[] {
    switch (event.type) {
      case 'node-start':
        if (event.nodeId === this.#flow.root.node.id) this.#makeSure([event.nodeId]);
        return [event, ...this.#flush(event.at)];
      case 'node-delta':
        this.#hold(event);
        return [event, ...this.#flush(event.at)];
      case 'node-skip':
        this.#skipped.add(event.nodeId);
        return [event, ...this.#flush(event.at)];
      case 'node-finish':
        if (event.status === 'succeeded') this.#finish(event);
        return [...this.#flush(event.at), event];
      default:
        return [event];
    }
  }

  end(): RunEvent[] {
    return [];
  }

  #hold({ nodeId, output, text }: NodeDelta): void {
    this.#streamed.get(keyOf([nodeId, output]))?.push(text);
  }

  #finish({ nodeId, outputs, handle }: NodeFinish): void {
    this.#ended.add(nodeId);
    this.#pool.write(nodeId, outputs);
    if (!this.#sure.has(nodeId) || !this.#decides(nodeId)) return;
    const taken = this.#flow.graph
      .outgoing(nodeId)
      .filter(({ sourceHandle }) => handle === undefined || sourceHandle === handle);
    this.#makeSure(taken.map(({ target }) => target));
  }

  /** Whether a run may go on from this node in more than one way, or only after it has spoken. */
  #decides(nodeId: string): boolean {
    return this.#flow.nodes.get(nodeId)?.type.handles !== undefined || this.#responses.has(nodeId);
  }

  #makeSure(ids: readonly string[]): void {
    const turns: string[] = [];
    const waiting = [...ids];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (this.#sure.has(id)) continue;
      this.#sure.add(id);
      if (this.#responses.has(id)) turns.push(id);
      if (this.#decides(id)) continue;
      for (const { target } of this.#flow.graph.outgoing(id)) waiting.push(target);
    }
    // Those that became sure together speak in the order of their ids, as in Dify.
    for (const nodeId of turns.toSorted()) {
      const segments = this.#responses.get(nodeId) ?? [];
      this.#sessions.push({ nodeId, segments, segment: 0, pieces: 0 });
    }
  }

  #flush(at: number): AnswerDelta[] {
    const out: AnswerDelta[] = [];
    for (let session = this.#sessions[0]; session; session = this.#sessions[0]) {
      const segment = session.segments[session.segment];
      if (!segment) {
        this.#sessions.shift();
        continue;
      }
      const { nodeId, selector, text, complete } = this.#speak(session, segment);
      this.#chars += text.length;
      // Past the limit nothing goes out; the response node fails on its own when it runs, and says why.
      if (text !== '' && this.#chars <= this.#limits.runChars)
        out.push({ type: 'answer-delta', at, nodeId, responseId: session.nodeId, selector, text });
      if (!complete) break;
      session.segment++;
      session.pieces = 0;
    }
    return out;
  }

  /** What can be said now at the cursor, and whether that ends the segment. */
  #speak(session: Session, segment: Segment): Said {
    if (segment.kind === 'text')
      return {
        nodeId: session.nodeId,
        selector: [session.nodeId, 'answer'],
        text: segment.text,
        complete: true,
      };
    const { selector, name } = segment;
    const [source] = selector;
    const said = {
      nodeId: this.#flow.graph.nodes.has(source) ? source : session.nodeId,
      selector,
      text: '',
    };
    if (this.#skipped.has(source)) return { ...said, complete: true };
    const complete = this.#ended.has(source) || !this.#flow.nodes.has(source);
    const streamed = this.#streamed.get(keyOf(selector)) ?? [];
    if (streamed.length > 0) {
      const text = streamed.slice(session.pieces).join('');
      session.pieces = streamed.length;
      return { ...said, text, complete };
    }
    if (!complete) return { ...said, complete };
    const value = this.#pool.read(selector);
    return { ...said, text: value === undefined ? name : asMarkdown(value), complete };
  }
}

interface Said {
  /** Where the text came from: a node, or the response node itself for its own words and globals. */
  readonly nodeId: string;
  readonly selector: Selector;
  readonly text: string;
  readonly complete: boolean;
}

const keyOf = (selector: Selector): string => selector.join('.');
