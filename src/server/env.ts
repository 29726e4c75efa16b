/** All that Spillway takes from its environment. */
export interface Environment {
  /** For `os.environ/NAME` and the defaults of providers. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly proxy: { readonly http?: string; readonly https?: string; readonly no?: string };
  /** A file of certificate authorities to trust besides the built-in ones. */
  readonly caFile?: string;
}

const first = (variables: Environment['variables'], names: readonly string[]): string | undefined =>
  names.map((name) => variables[name]).find((value) => value);

/** `variables` is this process's environment; a demonstration brings its own. */
export const environmentOf = (variables: Environment['variables']): Environment => {
  const http = first(variables, ['http_proxy', 'HTTP_PROXY']);
  const https = first(variables, ['https_proxy', 'HTTPS_PROXY']);
  const no = first(variables, ['no_proxy', 'NO_PROXY']);
  const caFile = first(variables, ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE']);
  return {
    variables,
    proxy: { ...(http && { http }), ...(https && { https }), ...(no && { no }) },
    ...(caFile && { caFile }),
  };
};

export const processEnvironment = (): Environment => environmentOf(process.env);
