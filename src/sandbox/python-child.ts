// Runs in a process of its own, which may read its interpreter and nothing else: no import from here.
import { constants, readSync, writeSync } from 'node:fs';
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

const openNetwork = ({ FS }: Interpreter): void => {
  const device = FS.makedev(100, 1);
  FS.registerDevice(device, {
    open: quiet,
    close: quiet,
    read: (...[, buffer, offset, length]) => readSync(NETWORK, buffer, offset, length, null),
    write: (...[, buffer, offset, length]) => writeSync(NETWORK, buffer, offset, length),
  });
  FS.mkdev('/dev/http', device);
};

const { stdout } = process;
const say = (value: object): boolean => stdout.write(`${JSON.stringify(value)}\n`);

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
const GLOBALS = ['process', 'fetch', 'WebSocket', 'EventSource', 'Worker', 'BroadcastChannel'];

/**
 * Every value that goes from Python to JavaScript has a constructor, and that has one that makes
 * functions of texts: the process was started so that it makes none. Whoever finds a way all the same
 * finds nothing there that reaches out of it.
 */
const seal = (): void => {
  const closed = (): never => {
    throw new Error('This is not there.');
  };
  for (const name of REACHING) Object.defineProperty(process, name, { value: closed });
  for (const name of GLOBALS) Reflect.deleteProperty(globalThis, name);
};

const main = async (folder: string): Promise<void> => {
  const { stdin } = process;
  const interpreter = await load(folder);
  openNetwork(interpreter);
  seal();
  interpreter.runPython(REQUESTS);
  interpreter.runPython(PRELUDE);
  const run = interpreter.globals.get('__run');
  say({ ready: true });
  for await (const line of createInterface({ input: stdin })) {
    const { code, inputs } = JSON.parse(line) as { code: string; inputs: string };
    try {
      say({ json: run(code, inputs) });
    } catch (thrown) {
      say({ error: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
};

await main(process.argv[2] ?? '');
