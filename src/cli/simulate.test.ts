import { Command } from 'commander';
import { expect, test } from 'vitest';
import { simulate } from '#cli/simulate.ts';
import { readSimulatorConfig } from '#simulator/config.ts';

const help = (): string => {
  let text = '';
  const command = new Command('simulate').configureOutput({ writeOut: (part) => (text += part) });
  simulate.register(command);
  command.outputHelp();
  return text;
};

test('the file that the help shows is one', () => {
  const [, file = ''] = /A file may say:\n([\s\S]*?)\n\n/.exec(help()) ?? [];
  const { projects, faults = [] } = readSimulatorConfig(file, 'help');
  expect(projects.map(({ id }) => id)).toEqual(['one', 'two']);
  expect(faults.map(({ kind }) => kind)).toEqual([
    'http',
    'reset_after_bytes',
    'never_respond',
    'error_event',
  ]);
});
