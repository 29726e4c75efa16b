// Runs in a process of its own, which may read its interpreter and nothing else: no import from here.
import { constants } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

interface Interpreter {
  runPython(code: string): unknown;
  readonly globals: { get(name: string): (code: string, inputs: string) => string };
}

interface Loader {
  loadPyodide(options: object): Promise<Interpreter>;
}

/** Each program has names of its own; what it prints goes nowhere. */
const PRELUDE = `
def __run(code, inputs):
    import json
    space = {"__name__": "main"}
    exec(compile(code, "main.py", "exec"), space)
    main = space.get("main")
    if not callable(main):
        raise TypeError("There is no function main.")
    return json.dumps(main(**json.loads(inputs)), ensure_ascii=False)
`;

const say = (value: object): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

const quiet = (): void => {};

const load = async (folder: string): Promise<Interpreter> => {
  // The loader asks for one constant of the file system by an old way, which is closed here.
  Object.defineProperty(process, 'binding', { value: () => ({ fs: constants }) });
  const module = (await import(pathToFileURL(`${folder}/pyodide.mjs`).href)) as Loader;
  return module.loadPyodide({
    env: { HOME: '/home/pyodide', _: 'python' },
    // No way from Python to the JavaScript around it.
    jsglobals: Object.create(null) as object,
    stdout: quiet,
    stderr: quiet,
  });
};

const main = async (folder: string): Promise<void> => {
  const interpreter = await load(folder);
  interpreter.runPython(PRELUDE);
  const run = interpreter.globals.get('__run');
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const { code, inputs } = JSON.parse(line) as { code: string; inputs: string };
    try {
      say({ json: run(code, inputs) });
    } catch (thrown) {
      say({ error: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
};

await main(process.argv[2] ?? '');
