/** What programs find around them besides the language: nothing of this machine. */
export const AROUND = `
globalThis.console = { log() {}, info() {}, warn() {}, error() {}, debug() {} };
`;

/**
 * `fetch`, where the network may be asked: it goes through `__http`, which takes and gives JSON. Bodies
 * are texts.
 */
export const FETCH = `
{
  const http = globalThis.__http;
  delete globalThis.__http;
  const { stringify, parse } = JSON;
  const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const bytesOf = (text) => {
    const bytes = [];
    for (const character of text) {
      const point = character.codePointAt(0);
      if (point < 0x80) bytes.push(point);
      else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
      else if (point < 0x10000)
        bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
      else
        bytes.push(
          0xf0 | (point >> 18),
          0x80 | ((point >> 12) & 63),
          0x80 | ((point >> 6) & 63),
          0x80 | (point & 63),
        );
    }
    return bytes;
  };
  const toBase64 = (bytes) => {
    const out = [];
    for (let i = 0; i < bytes.length; i += 3) {
      const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
      out.push(
        DIGITS[a >> 2],
        DIGITS[((a & 3) << 4) | ((b ?? 0) >> 4)],
        b === undefined ? '=' : DIGITS[((b & 15) << 2) | ((c ?? 0) >> 6)],
        c === undefined ? '=' : DIGITS[c & 63],
      );
    }
    return out.join('');
  };
  const headersOf = (given) => {
    const pairs = Array.isArray(given) ? given : Object.entries(given ?? {});
    return Object.fromEntries(pairs.map(([name, value]) => [String(name), String(value)]));
  };
  globalThis.fetch = async (address, options = {}) => {
    const { method = 'GET', headers, body } = options;
    const reply = parse(
      await http(
        stringify({
          method: String(method).toUpperCase(),
          url: String(address),
          headers: headersOf(headers),
          body: body === undefined || body === null ? '' : toBase64(bytesOf(String(body))),
        }),
      ),
    );
    if (reply.error !== undefined) throw new TypeError('fetch failed: ' + reply.error);
    const { status, text } = reply;
    const all = reply.headers;
    return {
      ok: status >= 200 && status < 300,
      status,
      statusText: '',
      url: String(address),
      headers: {
        get: (name) => all[String(name).toLowerCase()] ?? null,
        has: (name) => String(name).toLowerCase() in all,
        entries: () => Object.entries(all)[Symbol.iterator](),
        forEach: (each) => Object.entries(all).forEach(([name, value]) => each(value, name)),
        [Symbol.iterator]: () => Object.entries(all)[Symbol.iterator](),
      },
      text: async () => text,
      json: async () => parse(text),
    };
  };
}
`;
