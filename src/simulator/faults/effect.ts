import type { Socket } from 'node:net';
import type { Profile } from '#simulator/profiles/profile.ts';

export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer as it is, whatever it holds. */
export interface PlainAnswer extends Head {
  readonly text: string;
  /** Without the headers that every answer of this vendor has. */
  readonly bare: boolean;
}

/** Where an event stands in its stream, and how far the answer has got. */
export interface Place {
  /** From 0. */
  readonly index: number;
  readonly inputTokens: number;
  /** Until now. */
  readonly outputTokens: number;
  /** Data in the place of the event's own, as this stream frames it. */
  readonly frame: (data: string) => string | Buffer;
}

/** The connection under an answer. What returns false found it closed. */
export interface Line {
  readonly socket: Socket;
  write(bytes: string | Buffer): Promise<boolean>;
  wait(ms: number): Promise<boolean>;
  /** Once all that was written has left this process. */
  flushed(): Promise<void>;
  /** Waits until the client leaves. */
  forever(): Promise<void>;
  /** Breaks the connection with RST. */
  reset(): void;
}

/** Writes an answer by hand, byte by byte, where Node would not. */
export interface RawWriter {
  open(head: Head): void;
  write(bytes: Buffer): void;
  end(): void;
}

/** What goes wrong with one answer; all that it does not name goes as it should. */
export interface Effect {
  /** Instead of asking any limit; nothing is charged. */
  readonly answer?: (profile: Profile) => PlainAnswer;
  /** Instead of the answer, which is charged and ready; it may never come. */
  readonly takeOver?: (line: Line) => Promise<void> | void;
  readonly head?: (head: Head) => Head;
  /** The body of an answer that is not streamed. */
  readonly whole?: (text: string) => string | Buffer;
  /** An event of a stream, by its data: what is written in its place. */
  readonly event?: (data: string, place: Place) => readonly (string | Buffer)[];
  /** A piece of either on its way out; false when nothing may follow. */
  readonly pour?: (piece: Buffer, line: Line) => Promise<boolean>;
  readonly raw?: (socket: Socket) => RawWriter;
  /** Once the answer has ended. */
  readonly after?: (line: Line) => Promise<void> | void;
}
