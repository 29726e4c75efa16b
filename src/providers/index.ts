import ai21Chat from '#providers/ai21_chat.ts';
import aihubmix from '#providers/aihubmix.ts';
import aiml from '#providers/aiml.ts';
import aiohttpOpenai from '#providers/aiohttp_openai.ts';
import amazonNova from '#providers/amazon_nova.ts';
import anthropic from '#providers/anthropic.ts';
import anyscale from '#providers/anyscale.ts';
import apertis from '#providers/apertis.ts';
import azure from '#providers/azure.ts';
import azureAi from '#providers/azure_ai.ts';
import azureText from '#providers/azure_text.ts';
import baseten from '#providers/baseten.ts';
import bedrock from '#providers/bedrock.ts';
import cerebras from '#providers/cerebras.ts';
import chutes from '#providers/chutes.ts';
import clarifai from '#providers/clarifai.ts';
import codestral from '#providers/codestral.ts';
import cohere from '#providers/cohere.ts';
import cohereChat from '#providers/cohere_chat.ts';
import cometapi from '#providers/cometapi.ts';
import compactifai from '#providers/compactifai.ts';
import customOpenai from '#providers/custom_openai.ts';
import dashscope from '#providers/dashscope.ts';
import databricks from '#providers/databricks.ts';
import deepinfra from '#providers/deepinfra.ts';
import deepseek from '#providers/deepseek.ts';
import dockerModelRunner from '#providers/docker_model_runner.ts';
import empower from '#providers/empower.ts';
import featherlessAi from '#providers/featherless_ai.ts';
import fireworksAi from '#providers/fireworks_ai.ts';
import friendliai from '#providers/friendliai.ts';
import galadriel from '#providers/galadriel.ts';
import gemini from '#providers/gemini.ts';
import github from '#providers/github.ts';
import githubCopilot from '#providers/github_copilot.ts';
import gmi from '#providers/gmi.ts';
import groq from '#providers/groq.ts';
import helicone from '#providers/helicone.ts';
import hostedVllm from '#providers/hosted_vllm.ts';
import hyperbolic from '#providers/hyperbolic.ts';
import infinity from '#providers/infinity.ts';
import jinaAi from '#providers/jina_ai.ts';
import lambdaAi from '#providers/lambda_ai.ts';
import lemonade from '#providers/lemonade.ts';
import litellmProxy from '#providers/litellm_proxy.ts';
import llamafile from '#providers/llamafile.ts';
import lmStudio from '#providers/lm_studio.ts';
import metaLlama from '#providers/meta_llama.ts';
import mistral from '#providers/mistral.ts';
import moonshot from '#providers/moonshot.ts';
import morph from '#providers/morph.ts';
import nanoGpt from '#providers/nano-gpt.ts';
import nebius from '#providers/nebius.ts';
import novita from '#providers/novita.ts';
import nscale from '#providers/nscale.ts';
import nvidiaNim from '#providers/nvidia_nim.ts';
import ollama from '#providers/ollama.ts';
import ollamaChat from '#providers/ollama_chat.ts';
import openai from '#providers/openai.ts';
import openaiLike from '#providers/openai_like.ts';
import openrouter from '#providers/openrouter.ts';
import ovhcloud from '#providers/ovhcloud.ts';
import perplexity from '#providers/perplexity.ts';
import poe from '#providers/poe.ts';
import publicai from '#providers/publicai.ts';
import ragflow from '#providers/ragflow.ts';
import sambanova from '#providers/sambanova.ts';
import scaleway from '#providers/scaleway.ts';
import synthetic from '#providers/synthetic.ts';
import textCompletionOpenai from '#providers/text-completion-openai.ts';
import togetherAi from '#providers/together_ai.ts';
import v0 from '#providers/v0.ts';
import veniceai from '#providers/veniceai.ts';
import vercelAiGateway from '#providers/vercel_ai_gateway.ts';
import vertexAi from '#providers/vertex_ai.ts';
import vertexAiBeta from '#providers/vertex_ai_beta.ts';
import vllm from '#providers/vllm.ts';
import volcengine from '#providers/volcengine.ts';
import wandb from '#providers/wandb.ts';
import xai from '#providers/xai.ts';
import xiaomiMimo from '#providers/xiaomi_mimo.ts';
import xinference from '#providers/xinference.ts';
import zai from '#providers/zai.ts';
import type { Provider } from '#providers/provider.ts';

/** Every vendor, one line each. */
export const providers: readonly Provider[] = [
  ai21Chat,
  aihubmix,
  aiml,
  aiohttpOpenai,
  amazonNova,
  anthropic,
  anyscale,
  apertis,
  azure,
  azureAi,
  azureText,
  baseten,
  bedrock,
  cerebras,
  chutes,
  clarifai,
  codestral,
  cohere,
  cohereChat,
  cometapi,
  compactifai,
  customOpenai,
  dashscope,
  databricks,
  deepinfra,
  deepseek,
  dockerModelRunner,
  empower,
  featherlessAi,
  fireworksAi,
  friendliai,
  galadriel,
  gemini,
  github,
  githubCopilot,
  gmi,
  groq,
  helicone,
  hostedVllm,
  hyperbolic,
  infinity,
  jinaAi,
  lambdaAi,
  lemonade,
  litellmProxy,
  llamafile,
  lmStudio,
  metaLlama,
  mistral,
  moonshot,
  morph,
  nanoGpt,
  nebius,
  novita,
  nscale,
  nvidiaNim,
  ollama,
  ollamaChat,
  openai,
  openaiLike,
  openrouter,
  ovhcloud,
  perplexity,
  poe,
  publicai,
  ragflow,
  sambanova,
  scaleway,
  synthetic,
  textCompletionOpenai,
  togetherAi,
  v0,
  veniceai,
  vercelAiGateway,
  vertexAi,
  vertexAiBeta,
  vllm,
  volcengine,
  wandb,
  xai,
  xiaomiMimo,
  xinference,
  zai,
];

/** Headers of callers that one of them or another gets to see. */
export const heardHeaders: readonly string[] = [
  ...new Set(providers.flatMap(({ hears = {} }) => Object.keys(hears))),
];

const byName = new Map(providers.map((provider) => [provider.name, provider]));

export const findProvider = (name: string): Provider | undefined => byName.get(name);

/** Who speaks behind an `api_base` whose deployment names no vendor: most servers copy this one. */
export const commonProvider: Provider = openai;

/** Who speaks at an address of which nothing else is known. */
export const unknownServer: Provider = openaiLike;

/** The vendor that a model's name alone gives away. */
export const providerOfModel = (model: string): Provider | undefined =>
  providers.find(({ bareModels }) => bareModels?.test(model));
