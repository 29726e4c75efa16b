// Runs in a process of its own, which may read its interpreter and nothing else: no import from here.
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

type DeviceBytes = [stream: unknown, buffer: Uint8Array, offset: number, length: number];

interface Device {
  open(): void;
  close(): void;
  read(...bytes: DeviceBytes): number;
  write(...bytes: DeviceBytes): number;
}

interface Interpreter {
  readonly FS: {
    makedev(major: number, minor: number): number;
    registerDevice(device: number, ops: Device): void;
    mkdev(path: string, device: number): void;
  };
  runPython(code: string): unknown;
  readonly globals: { get(name: string): (code: string, inputs: string) => string };
}

interface Loader {
  loadPyodide(options: object): Promise<Interpreter>;
}

/** Characters of a result, as JSON: more is not copied out of the interpreter. */
const LONGEST_OUTPUT = 4 * 1024 * 1024;

/** Each program has names of its own; what it prints goes nowhere. */
const PRELUDE = `
def __run(code, inputs):
    import json
    space = {"__name__": "main"}
    exec(compile(code, "main.py", "exec"), space)
    main = space.get("main")
    if not callable(main):
        raise TypeError("There is no function main.")
    text = json.dumps(main(**json.loads(inputs)), ensure_ascii=False)
    return text if len(text) <= ${LONGEST_OUTPUT} else len(text)
`;

/** `requests`, as far as programs of nodes use it: it goes through a device that takes and gives lines of JSON. */
const REQUESTS = `
def __make_requests():
    import base64, json as _json, sys, types
    from urllib.parse import urlencode

    class RequestException(IOError):
        pass
    class ConnectionError(RequestException):
        pass
    class Timeout(RequestException):
        pass
    class HTTPError(RequestException):
        def __init__(self, text, response=None):
            super().__init__(text)
            self.response = response

    class Headers(dict):
        def __getitem__(self, name):
            return super().__getitem__(name.lower())
        def get(self, name, default=None):
            return super().get(name.lower(), default)
        def __contains__(self, name):
            return super().__contains__(name.lower())

    class Response:
        def __init__(self, url, reply):
            self.url = url
            self.status_code = reply["status"]
            self.headers = Headers(reply["headers"])
            self.content = base64.b64decode(reply["body"])
            self.encoding = "utf-8"
            self.reason = ""
        @property
        def ok(self):
            return self.status_code < 400
        @property
        def text(self):
            return self.content.decode("utf-8", "replace")
        def json(self, **kwargs):
            return _json.loads(self.content, **kwargs)
        def raise_for_status(self):
            if not self.ok:
                raise HTTPError(f"{self.status_code} Error for url: {self.url}", self)

    def send(asked):
        with open("/dev/http", "r+b", buffering=0) as way:
            rest = (_json.dumps(asked) + "\\n").encode()
            while rest:
                rest = rest[way.write(rest):]
            pieces = []
            while not (pieces and pieces[-1].endswith(b"\\n")):
                piece = way.read(65536)
                if not piece:
                    raise ConnectionError("The network cannot be asked.")
                pieces.append(piece)
        return _json.loads(b"".join(pieces))

    def request(method, url, params=None, data=None, json=None, headers=None, timeout=None, auth=None, **_):
        headers = {str(k): str(v) for k, v in dict(headers or {}).items()}
        known = {k.lower() for k in headers}
        if params:
            query = params if isinstance(params, str) else urlencode(params, doseq=True)
            url = url + ("&" if "?" in url else "?") + query
        body = b""
        if json is not None:
            body = _json.dumps(json).encode()
            if "content-type" not in known:
                headers["Content-Type"] = "application/json"
        elif isinstance(data, (bytes, bytearray)):
            body = bytes(data)
        elif isinstance(data, str):
            body = data.encode()
        elif data:
            body = urlencode(data, doseq=True).encode()
            if "content-type" not in known:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
        if auth:
            pair = base64.b64encode(":".join(auth).encode()).decode()
            headers["Authorization"] = "Basic " + pair
        if isinstance(timeout, (tuple, list)):
            timeout = sum(part for part in timeout if part)
        reply = send({"method": method.upper(), "url": url, "headers": headers,
                      "body": base64.b64encode(body).decode(),
                      "timeoutMs": int(timeout * 1000) if timeout else 0})
        if "error" in reply:
            kind = Timeout if reply.get("kind") == "timeout" else ConnectionError
            raise kind(reply["error"])
        return Response(url, reply)

    module = types.ModuleType("requests")
    module.request = request
    for name in ("get", "post", "put", "patch", "delete", "head", "options"):
        def make(method):
            def call(url, *args, **kwargs):
                if args:
                    kwargs["params" if method == "get" else "data"] = args[0]
                return request(method, url, **kwargs)
            return call
        setattr(module, name, make(name))
    class Session:
        def __init__(self):
            self.headers = {}
        def __enter__(self):
            return self
        def __exit__(self, *_):
            return None
        def close(self):
            return None
        def request(self, method, url, headers=None, **kwargs):
            return request(method, url, headers={**self.headers, **(headers or {})}, **kwargs)
        def __getattr__(self, name):
            if name not in ("get", "post", "put", "patch", "delete", "head", "options"):
                raise AttributeError(name)
            return lambda url, **kwargs: self.request(name, url, **kwargs)
    errors = types.ModuleType("requests.exceptions")
    for one in (RequestException, ConnectionError, Timeout, HTTPError):
        setattr(module, one.__name__, one)
        setattr(errors, one.__name__, one)
    module.exceptions = errors
    module.Response = Response
    module.Session = module.session = Session
    sys.modules["requests"] = module
    sys.modules["requests.exceptions"] = errors
__make_requests()
del __make_requests
`;

/** The descriptor of the network: whoever started this process answers there, line by line. */
const NETWORK = 3;

/** Of a line. */
const END = 10;

/** Returns whether a program has left something there: half a line, or an answer that it did not read. */
const openNetwork = ({ FS }: Interpreter): (() => boolean) => {
  const { readSync, writeSync } = fs;
  const device = FS.makedev(100, 1);
  let owed = 0;
  let last = END;
  FS.registerDevice(device, {
    open: quiet,
    close: quiet,
    read: (...[, buffer, offset, length]) => {
      const count = readSync(NETWORK, buffer, offset, length, null);
      owed -= linesIn(buffer.subarray(offset, offset + count));
      return count;
    },
    write: (...[, buffer, offset, length]) => {
      const count = writeSync(NETWORK, buffer, offset, length);
      owed += linesIn(buffer.subarray(offset, offset + count));
      if (count > 0) last = buffer[offset + count - 1] ?? 0;
      return count;
    },
  });
  FS.mkdev('/dev/http', device);
  return () => owed !== 0 || last !== END;
};

const linesIn = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let at = bytes.indexOf(END); at >= 0; at = bytes.indexOf(END, at + 1)) lines++;
  return lines;
};

/** What a program leaves in files of its own stays: with more than this its interpreter runs no other. */
const MOST_RESIDENT_BYTES = 768 * 1024 * 1024;

const { stdout } = process;
const { stringify, parse } = JSON;
const say = (value: object): boolean => stdout.write(`${stringify(value)}\n`);

const quiet = (): void => {};

const load = async (folder: string): Promise<Interpreter> => {
  // The loader asks for one constant of the file system by an old way, which is closed here.
  Object.defineProperty(process, 'binding', { value: () => ({ fs: fs.constants }) });
  const module = (await import(pathToFileURL(`${folder}/pyodide.mjs`).href)) as Loader;
  return module.loadPyodide({
    env: { HOME: '/home/pyodide', _: 'python' },
    // No way from Python to the JavaScript around it.
    jsglobals: Object.create(null) as object,
    stdin: quiet,
    stdout: quiet,
    stderr: quiet,
  });
};

/** What acts on other processes, or leads to what Node has built in. */
const REACHING = [
  'kill',
  '_kill',
  '_debugProcess',
  '_debugEnd',
  'execve',
  'abort',
  'dlopen',
  '_linkedBinding',
  'getBuiltinModule',
  'loadEnvFile',
];
/**
 * What the interpreter's own file systems and sockets stand on: by a descriptor's number they would read
 * and write those that this process speaks through.
 */
const BUILT_IN = [
  'fs',
  'fs/promises',
  'net',
  'dgram',
  'dns',
  'child_process',
  'module',
  'vm',
  'os',
];
const GLOBALS = [
  'process',
  'require',
  'fetch',
  'WebSocket',
  'EventSource',
  'Worker',
  'BroadcastChannel',
];

/**
 * Every value that goes from Python to JavaScript has a constructor, and that has one that makes
 * functions of texts: the process was started so that it makes none. Whoever finds a way all the same
 * finds nothing there that reaches out of it.
 */
const seal = (): void => {
  // Each needs others whole when it is loaded: none is closed before all are there.
  const all = BUILT_IN.map(
    (name) => process.getBuiltinModule(name) as unknown as Record<string, unknown>,
  );
  const { syncBuiltinESMExports } = process.getBuiltinModule('module');
  for (const parts of all) for (const name of Object.keys(parts)) closeOne(parts, name);
  // Whoever imported them by names holds copies.
  syncBuiltinESMExports();
  for (const name of REACHING) Object.defineProperty(process, name, { value: closed });
  for (const name of GLOBALS) Reflect.deleteProperty(globalThis, name);
};

const closed = (): never => {
  throw new Error('This is not there.');
};

/** Some are read by getters, which cannot be set. */
const closeOne = (parts: Record<string, unknown>, name: string): void => {
  const { value, configurable, writable } = Object.getOwnPropertyDescriptor(parts, name) ?? {};
  if (value !== undefined && typeof value !== 'function' && typeof value !== 'object') return;
  if (configurable) Object.defineProperty(parts, name, { value: closed, writable: false });
  else if (writable) parts[name] = closed;
};

interface Task {
  /** Not for the program: who has it speaks for this process. */
  readonly token: string;
  readonly code: string;
  readonly inputs: string;
}

type Outcome = { json: string } | { error: string } | { isTooLong: true };

const outcomeOf = (run: () => unknown): Outcome => {
  try {
    const json = run();
    if (typeof json === 'number') return { isTooLong: true };
    return typeof json === 'string' ? { json } : { error: 'What it returned is no text of JSON.' };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

const main = async (folder: string): Promise<void> => {
  // Both are made when they are first asked for, of what is closed then.
  const { stdin, stderr } = process;
  const { memoryUsage } = process;
  stderr.on('error', quiet);
  const interpreter = await load(folder);
  const isLeft = openNetwork(interpreter);
  interpreter.runPython(REQUESTS);
  interpreter.runPython(PRELUDE);
  const run = interpreter.globals.get('__run');
  say({ ready: true });
  const lines = createInterface({ input: stdin });
  seal();
  for await (const line of lines) {
    const { token, code, inputs } = parse(line) as Task;
    const outcome = outcomeOf(() => run(code, inputs));
    // No prototype: a program may have changed what objects have in common.
    const isSpent = isLeft() || memoryUsage.rss() > MOST_RESIDENT_BYTES;
    say({ __proto__: null, token, ...outcome, isSpent });
  }
};

await main(process.argv[2] ?? '');
