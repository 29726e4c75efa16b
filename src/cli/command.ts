import type { Command } from 'commander';

/** A command is a value of this shape: one file, listed once in `commands.ts`. */
export interface CliCommand {
  readonly name: string;
  /** Describes itself to the parser. What is heavy is imported when it runs, not before. */
  register(command: Command): void;
}
