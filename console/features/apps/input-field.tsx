import { Checkbox, Input, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FormField } from './fields.ts';
import { FilePick, type GivenFile } from './file-pick.tsx';

interface InputFieldsProps {
  readonly appId: string;
  readonly fields: readonly FormField[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly change: (next: (now: Record<string, unknown>) => Record<string, unknown>) => void;
}

/** All fields of an app's form. */
export const InputFields = ({ appId, fields, values, change }: InputFieldsProps) =>
  fields.map((field) => (
    <InputField
      key={field.name}
      appId={appId}
      field={field}
      value={values[field.name]}
      change={(value) => change((now) => ({ ...now, [field.name]: value }))}
    />
  ));

interface InputFieldProps {
  readonly appId: string;
  readonly field: FormField;
  readonly value: unknown;
  readonly change: (value: unknown) => void;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** One field, by its type; of a type that nobody here knows, a line of text. */
const InputField = (props: InputFieldProps) => {
  const { field, value, change } = props;
  const { label, isRequired, longest } = field;
  const common = { label, withAsterisk: isRequired, 'aria-required': isRequired };
  switch (field.type) {
    case 'paragraph':
      return (
        <Textarea
          {...common}
          value={textOf(value)}
          maxLength={longest}
          autosize
          minRows={3}
          maxRows={12}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          value={textOf(value)}
          onChange={(next) => change(next === '' ? undefined : next)}
        />
      );
    case 'select':
      return (
        <Select
          {...common}
          data={[...new Set(field.options)]}
          value={textOf(value) || null}
          onChange={(next) => change(next ?? undefined)}
          allowDeselect={!isRequired}
        />
      );
    case 'checkbox':
      return (
        <Checkbox
          label={label}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case 'file':
    case 'file-list':
      return <Files {...props} />;
    case 'json':
    case 'json_object':
      return <JsonField {...props} />;
    default:
      return (
        <TextInput
          {...common}
          value={textOf(value)}
          maxLength={longest}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
  }
};

const Files = ({ appId, field, change }: InputFieldProps) => {
  const [files, setFiles] = useState<readonly GivenFile[]>([]);
  const { label, isRequired, type } = field;
  const give = (next: readonly GivenFile[]): void => {
    setFiles(next);
    const refs = next.map(({ ref }) => ref);
    change(type === 'file' ? refs[0] : refs);
  };
  return (
    <Input.Wrapper label={label} withAsterisk={isRequired} labelElement="div">
      <FilePick appId={appId} label={label} rule={field.files} files={files} change={give} />
    </Input.Wrapper>
  );
};

const JsonField = ({ field, value, change }: InputFieldProps) => {
  const { t } = useTranslation();
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, undefined, 2));
  const [isWrong, setWrong] = useState(false);
  const type = (next: string): void => {
    setText(next);
    try {
      change(next.trim() === '' ? undefined : (JSON.parse(next) as unknown));
      setWrong(false);
    } catch {
      change(undefined);
      setWrong(true);
    }
  };
  return (
    <Textarea
      label={field.label}
      withAsterisk={field.isRequired}
      value={text}
      autosize
      minRows={3}
      error={isWrong && t('run.noJson')}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
};
