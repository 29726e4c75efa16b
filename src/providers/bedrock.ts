import type { Dimension, QuotaRefusal } from '#core/quota.ts';
import { DAY_MS } from '#providers/durations.ts';
import type { AwsCredentialSpec } from '#providers/credential-spec.ts';
import type { Lack, Place, Provider } from '#providers/provider.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { isPaymentDue, limitRefusal, type Refused } from '#providers/refusals.ts';
import { type Settings, textSetting } from '#providers/settings.ts';
import {
  boundOutput,
  freshInput,
  likelyOutput,
  settled,
  tokens,
} from '#providers/token-charges.ts';
import { errorText } from '#wire/error-object.ts';

/** Of these models an output token takes five of the quota's; of all others, one. */
const BURNS_FIVE = /\bclaude-(?:3-7-|[a-z]+-(?:[4-9]|\d\d)\b)/;

const burndown = (model: string): number => (BURNS_FIVE.test(model) ? 5 : 1);

/** A day's quota says neither when its day ends nor how long to wait: it is tried again each hour. */
const DAY_RETRY_MS = 3_600_000;

const refusal = (refused: Refused): QuotaRefusal | undefined => {
  if (isPaymentDue(refused) || /\bINVALID_PAYMENT_INSTRUMENT\b/.test(refused.message))
    return { class: 'money' };
  const counted = /\btoo many (tokens|requests)\b/i.exec(refused.message)?.[1]?.toLowerCase();
  // A model that is not ready says 429 too.
  if (!isThrottling(refused) && counted === undefined) return undefined;
  const told = limitRefusal(refused, counted as Dimension | undefined);
  return told.windowMs === DAY_MS ? { ...told, class: 'day', retryMs: DAY_RETRY_MS } : told;
};

const isThrottling = ({ reply, error }: Refused): boolean => {
  const header = reply.headers['x-amzn-errortype'];
  const type = typeof header === 'string' ? header : (errorText(error, '__type') ?? '');
  return /\bThrottlingException\b/.test(type);
};

/** Models whose embeddings are asked for as their maker has it. */
const COHERE = /\bcohere\.embed\b/;

/** Where LiteLLM sends what names no place. */
const COMMON_REGION = 'us-west-2';

const REGION = /^[a-z]{2}(?:-[a-z]+){1,2}-\d{1,2}$/;

/** Words that LiteLLM tells its own ways by, and no part of a model's name. */
const ROUTE = /^(?:converse|converse_like|invoke)\//;

/** `us-east-1/anthropic.claude…` is a model in its region; an ARN names its own. */
const placed = (model: string): { readonly region?: string; readonly id: string } => {
  const named = model.replace(ROUTE, '');
  const [first = '', ...rest] = named.split('/');
  if (rest.length > 0 && REGION.test(first)) return { region: first, id: rest.join('/') };
  const region = /^arn:[\w-]+:bedrock:([\w-]+):/.exec(named)?.[1];
  return region !== undefined && REGION.test(region) ? { region, id: named } : { id: named };
};

const regionOf = (settings: Settings, model: string): string =>
  placed(model).region ?? textSetting(settings, 'aws_region_name') ?? COMMON_REGION;

const baseUrlOf = (settings: Settings, model: string): string => {
  const own = textSetting(settings, 'aws_bedrock_runtime_endpoint');
  const region = regionOf(settings, model);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return own?.replace(/\/+$/, '') ?? `https://bedrock-runtime.${region}.${domain}`;
};

const at =
  (operation: (place: Place) => string) =>
  (place: Place): string =>
    `/model/${encodeURIComponent(placed(place.model).id)}/${operation(place)}`;

const credentials = (settings: Settings, model: string): AwsCredentialSpec => {
  const text = (name: string): string | undefined => textSetting(settings, name);
  const [accessKeyId, secretAccessKey, sessionToken, profile, arn, webIdentityToken, stsUrl] = [
    text('aws_access_key_id'),
    text('aws_secret_access_key'),
    text('aws_session_token'),
    text('aws_profile_name'),
    text('aws_role_name'),
    text('aws_web_identity_token'),
    text('aws_sts_endpoint'),
  ];
  const [sessionName, externalId] = [text('aws_session_name'), text('aws_external_id')];
  const role = arn !== undefined && {
    arn,
    ...(sessionName !== undefined && { sessionName }),
    ...(externalId !== undefined && { externalId }),
  };
  const key = accessKeyId !== undefined &&
    secretAccessKey !== undefined && {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
    };
  return {
    kind: 'aws',
    region: regionOf(settings, model),
    service: 'bedrock',
    ...(key && { key }),
    ...(profile !== undefined && { profile }),
    ...(role && { role }),
    ...(webIdentityToken !== undefined && { webIdentityToken }),
    ...(stsUrl !== undefined && { stsUrl }),
  };
};

const lacks = (settings: Settings): Lack | undefined => {
  const text = (name: string): string | undefined => textSetting(settings, name);
  const region = text('aws_region_name');
  if (region !== undefined && !REGION.test(region))
    return {
      param: 'aws_region_name',
      message: 'this names no region; write one such as us-east-1 or eu-central-1',
    };
  const [id, secret] = [text('aws_access_key_id'), text('aws_secret_access_key')];
  if ((id === undefined) !== (secret === undefined)) {
    const param = id === undefined ? 'aws_access_key_id' : 'aws_secret_access_key';
    return { param, message: 'a key has two parts, and this one is missing; write both or none' };
  }
  if (text('aws_web_identity_token') !== undefined && text('aws_role_name') === undefined)
    return {
      param: 'aws_role_name',
      message: 'a web identity takes on a role; write the ARN of the role',
    };
  return undefined;
};

export default {
  name: 'bedrock',
  bareModels: /^(?:(?:us|eu|apac|global)\.)?(?:anthropic|amazon|meta|cohere|ai21|mistral)\.[a-z]/,
  baseUrl: '',
  baseUrlOf,
  auth: 'bearer',
  credentials,
  insteadOfKey: [
    'aws_access_key_id',
    'aws_profile_name',
    'aws_role_name',
    'aws_web_identity_token',
  ],
  settings: {
    aws_region_name: ['AWS_REGION_NAME', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
    aws_access_key_id: [],
    aws_secret_access_key: [],
    aws_session_token: [],
    aws_profile_name: [],
    aws_role_name: [],
    aws_session_name: [],
    aws_external_id: [],
    aws_web_identity_token: [],
    aws_sts_endpoint: [],
    aws_bedrock_runtime_endpoint: [],
  },
  lacks,
  keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
  baseEnv: ['AWS_BEDROCK_RUNTIME_ENDPOINT'],
  quota: {
    scope: 'key',
    // The vendor reserves what may be answered token by token and burns it down when it has been:
    // whichever is more must fit.
    charge: (size, model) => ({
      requests: 1,
      tokens: tokens(
        size.inputTokens + Math.max(boundOutput(size), burndown(model) * likelyOutput(size)),
      ),
    }),
    settle: (charged, usage, model) =>
      settled(charged, usage, (used) => ({
        tokens: tokens(freshInput(used) + burndown(model) * used.outputTokens),
      })),
    // No header speaks of limits.
    read: quotaReader({ limits: [], refusal }),
  },
  operations: {
    chat: {
      path: at(({ stream }) => (stream ? 'converse-stream' : 'converse')),
      dialect: 'bedrock-converse',
    },
    embeddings: {
      path: at(() => 'invoke'),
      dialect: ({ model }) => (COHERE.test(model) ? 'cohere-embeddings' : 'titan-embeddings'),
      // The path says it, and the body must not.
      amend: ({ model: _, ...body }) => body,
    },
  },
} satisfies Provider;
