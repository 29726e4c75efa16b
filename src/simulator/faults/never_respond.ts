import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'never_respond',
  about: 'the call is charged and no byte ever comes',
  example: '{kind: never_respond, p: 0.0005}',
  options: {},
  strike: () => ({ takeOver: (line) => line.forever() }),
});
