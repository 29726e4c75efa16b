import { Button, NumberInput, Stack, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Panel } from '../../ui/page.tsx';
import { type ChatParameters, EXAMPLE_TOOLS, readTools } from './chat-parameters.ts';

interface ParametersProps {
  readonly parameters: ChatParameters;
  readonly change: (parameters: ChatParameters) => void;
}

/** Where it stops to be JSON; browsers that do not say so leave it at the first line. */
const toolsFault = (text: string): { line: number; column: number } | undefined => {
  try {
    readTools(text);
    return undefined;
  } catch (thrown) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(String(thrown)) ?? [];
    return { line: Number(line ?? 1), column: Number(column ?? 1) };
  }
};

export const Parameters = ({ parameters, change }: ParametersProps) => {
  const { t } = useTranslation();
  const fault = toolsFault(parameters.tools);
  const set = (fields: Partial<ChatParameters>): void => change({ ...parameters, ...fields });
  return (
    <Panel title={t('playground.parameters')}>
      <Stack gap="sm">
        <Textarea
          label={t('playground.system')}
          value={parameters.system}
          onChange={(event) => set({ system: event.currentTarget.value })}
          autosize
          minRows={2}
          maxRows={8}
        />
        <NumberInput
          label="temperature"
          value={parameters.temperature ?? ''}
          onChange={(value) => set({ temperature: value === '' ? undefined : Number(value) })}
          min={0}
          max={2}
          step={0.1}
          decimalScale={2}
        />
        <NumberInput
          label="max_tokens"
          value={parameters.maxTokens ?? ''}
          onChange={(value) => set({ maxTokens: value === '' ? undefined : Number(value) })}
          min={1}
          allowDecimal={false}
        />
        <Textarea
          label={t('playground.tools')}
          value={parameters.tools}
          onChange={(event) => set({ tools: event.currentTarget.value })}
          error={fault && `${t('run.noJson')} (${t('models.line', fault)})`}
          autosize
          minRows={2}
          maxRows={14}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
        />
        {parameters.tools === '' && (
          <Button size="compact-xs" variant="subtle" onClick={() => set({ tools: EXAMPLE_TOOLS })}>
            {t('playground.exampleTools')}
          </Button>
        )}
      </Stack>
    </Panel>
  );
};
