import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';

interface NumberFieldProps extends Omit<NumberInputProps, 'value' | 'onChange' | 'onBlur'> {
  readonly value: number;
  readonly min: number;
  readonly choose: (value: number) => void;
}

/** A number that there must be: while it is typed the field may hold what is none yet, as nothing, `-` or `0.`. */
export const NumberField = ({ value, min, choose, ...rest }: NumberFieldProps) => {
  const [typed, setTyped] = useState<string | number>();
  return (
    <NumberInput
      {...rest}
      min={min}
      value={typed ?? value}
      onChange={(next) => {
        setTyped(next);
        if (next !== '' && Number(next) >= min) choose(Number(next));
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
};
