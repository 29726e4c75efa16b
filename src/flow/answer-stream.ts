import type { AnswerDelta, NodeDelta, NodeFinish, StepEvent, Within } from '#flow/events.ts';
import type { FlowLimits } from '#flow/limits.ts';
import type { FlowNode, Scope } from '#flow/prepare.ts';
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
  /** The round of a container whose answers these are. */
  readonly within?: Within;
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
export class AnswerStream implements Step<StepEvent, StepEvent> {
  readonly #scope: Scope;
  readonly #within: Within | undefined;
  readonly #pool: VariablePool;
  readonly #limits: FlowLimits;
  readonly #responses = new Map<string, readonly Segment[]>();
  /** What nodes streamed, by node and output; kept for those that a template asks for. */
  readonly #streamed = new Map<string, string[]>();
  /** Nodes that set a variable which a template asks for: what follows them may not be said before. */
  readonly #setters = new Set<string>();
  /** Nodes that are sure to be reached, or were. */
  readonly #sure = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #skipped = new Set<string>();
  /** The first is the one whose text goes out. */
  readonly #sessions: Session[] = [];
  #chars = 0;

  constructor(scope: Scope, { pool, limits, within }: AnswerStreamOptions) {
    this.#scope = scope;
    this.#within = within;
    this.#pool = pool;
    this.#limits = limits;
    for (const [id, { type, config }] of scope.nodes) {
      const segments = type.response?.(config);
      if (!segments) continue;
      this.#responses.set(id, segments);
      for (const segment of segments)
        if (segment.kind === 'variable') this.#streamed.set(keyOf(segment.selector), []);
    }
    for (const { node, type, config } of scope.nodes.values())
      if (type.sets?.(config).some((selector) => this.#streamed.has(keyOf(selector))))
        this.#setters.add(node.id);
  }

  push(event: StepEvent): StepEvent[] {
    // What happens inside a container has been put in order there.
    if (event.within?.nodeId !== this.#within?.nodeId) return [event];
    switch (event.type) {
      case 'node-start':
        if (event.nodeId === this.#scope.root.node.id) this.#makeSure([event.nodeId]);
        return [event, ...this.#flush(event.at)];
      case 'node-delta':
        this.#hold(event);
        return [event, ...this.#flush(event.at)];
      case 'node-skip':
        this.#skipped.add(event.nodeId);
        return [event, ...this.#flush(event.at)];
      case 'node-retry':
        this.#forget(event.nodeId);
        return [event];
      case 'node-finish':
        if (event.status === 'succeeded' || event.status === 'exception') this.#finish(event);
        return [...this.#flush(event.at), event];
      default:
        return [event];
    }
  }

  end(): StepEvent[] {
    return [];
  }

  #hold({ nodeId, output, text }: NodeDelta): void {
    this.#streamed.get(keyOf([nodeId, output]))?.push(text);
  }

  /** What a failed try streamed and nobody has read is not said. */
  #forget(nodeId: string): void {
    for (const key of this.#streamed.keys())
      if (key.startsWith(`${nodeId}.`)) this.#streamed.set(key, []);
    const [session] = this.#sessions;
    const segment = session?.segments[session.segment];
    if (session && segment?.kind === 'variable' && segment.selector[0] === nodeId)
      session.pieces = 0;
  }

  #finish({ nodeId, status, outputs, handle }: NodeFinish): void {
    const [session] = this.#sessions;
    const segment = session?.segments[session.segment];
    const isHeard =
      segment?.kind === 'variable' && segment.selector[0] === nodeId && session?.pieces !== 0;
    // The values that take a failure's place are said instead of what came before it.
    if (status === 'exception' && !isHeard) this.#forget(nodeId);
    this.#ended.add(nodeId);
    this.#pool.write(nodeId, outputs);
    if (!this.#sure.has(nodeId) || !this.#decides(nodeId)) return;
    const taken = this.#scope.graph
      .outgoing(nodeId)
      .filter(({ sourceHandle }) => handle === undefined || sourceHandle === handle);
    this.#makeSure(taken.map(({ target }) => target));
  }

  /** Whether a run may go on from this node in more than one way, or only after it has spoken. */
  #decides(nodeId: string): boolean {
    if (this.#responses.has(nodeId) || this.#setters.has(nodeId)) return true;
    const node = this.#scope.nodes.get(nodeId);
    return node !== undefined && goesMoreThanOneWay(node);
  }

  #makeSure(ids: readonly string[]): void {
    const turns: string[] = [];
    const waiting = [...ids];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (this.#sure.has(id)) continue;
      this.#sure.add(id);
      if (this.#responses.has(id)) turns.push(id);
      if (this.#decides(id)) continue;
      for (const { target } of this.#scope.graph.outgoing(id)) waiting.push(target);
    }
    // Those that became sure together speak in the order of their ids, as in Dify.
    for (const nodeId of turns.toSorted()) {
      const segments = this.#responses.get(nodeId) ?? [];
      this.#sessions.push({ nodeId, segments, segment: 0, pieces: 0 });
    }
  }

  get #where(): { readonly within?: Within } {
    return this.#within ? { within: this.#within } : {};
  }

  #flush(at: number): AnswerDelta[] {
    const out: AnswerDelta[] = [];
    for (let session = this.#sessions[0]; session; session = this.#sessions[0]) {
      const segment = session.segments[session.segment];
      if (!segment) {
        this.#sessions.shift();
        continue;
      }
      const { complete, ...said } = this.#speak(session, segment);
      const { text } = said;
      this.#chars += text.length;
      // Past the limit nothing goes out; the response node fails on its own when it runs, and says why.
      if (text !== '' && this.#chars <= this.#limits.runChars)
        out.push({ type: 'answer-delta', at, ...this.#where, ...said, responseId: session.nodeId });
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
    const { selector } = segment;
    const [source] = selector;
    const said = {
      nodeId: this.#scope.graph.nodes.has(source) ? source : session.nodeId,
      selector,
      text: '',
    };
    if (this.#skipped.has(source)) return { ...said, complete: true };
    const complete = this.#ended.has(source) || !this.#scope.nodes.has(source);
    const streamed = this.#streamed.get(keyOf(selector)) ?? [];
    if (streamed.length > 0) {
      const text = streamed.slice(session.pieces).join('');
      session.pieces = streamed.length;
      return { ...said, text, complete };
    }
    const value = complete ? this.#pool.read(selector) : undefined;
    // What nobody has made may still be made; as in Dify, nothing that stands behind it is said before.
    if (value === undefined) return { ...said, complete: false };
    return { ...said, text: asMarkdown(value), complete };
  }
}

const goesMoreThanOneWay = ({ type, onFailure }: FlowNode): boolean =>
  type.handles !== undefined || type.inside !== undefined || onFailure.next?.kind === 'branch';

interface Said {
  /** Where the text came from: a node, or the response node itself for its own words and globals. */
  readonly nodeId: string;
  readonly selector: Selector;
  readonly text: string;
  readonly complete: boolean;
}

const keyOf = (selector: Selector): string => selector.join('.');
