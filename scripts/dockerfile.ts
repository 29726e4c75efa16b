/** One line of a Dockerfile, in the subset that ours is written in. */
export interface Instruction {
  readonly word: string;
  /** `--from=build` → `{ from: 'build' }`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows the flags, as written. */
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** Comments and continued lines are folded away; here-documents and parser directives are not read. */
export const parseDockerfile = (text: string): Stage[] => {
  const stages: { name: string; instructions: Instruction[] }[] = [];
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  for (const line of lines) {
    if (line.trim() === '') continue;
    const instruction = parseInstruction(line);
    if (instruction.word !== 'FROM') {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`Dockerfile: '${line}' stands before the first FROM.`);
      stage.instructions.push(instruction);
      continue;
    }
    const name = /\sAS\s+(\S+)$/i.exec(instruction.rest)?.[1] ?? String(stages.length);
    stages.push({ name, instructions: [] });
  }
  return stages;
};

const parseInstruction = (line: string): Instruction => {
  const [, word = '', options = '', rest = ''] =
    /^(\w+)((?:\s+--[\w-]+=\S+)*)\s+(.*?)\s*$/s.exec(line) ?? [];
  const flags = [...options.matchAll(/--([\w-]+)=(\S+)/g)].map(([, key = '', value = '']) => [
    key,
    value,
  ]);
  return { word: word.toUpperCase(), flags: Object.fromEntries(flags), rest };
};

/** `["a", "b"]` → its words; the shell form is refused, as signals would not reach the program. */
export const execForm = (rest: string): string[] => {
  if (!rest.startsWith('[')) throw new Error(`Dockerfile: write '${rest}' in exec form.`);
  return JSON.parse(rest) as string[];
};
