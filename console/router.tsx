import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { readKeysSearch } from './features/keys/search.ts';
import { readAppSearch } from './features/apps/search.ts';
import { readRequestsSearch } from './features/requests/search.ts';
import { readUsageSearch } from './features/usage/search.ts';
import { Failed } from './ui/failed.tsx';
import { Shell } from './shell/shell.tsx';
import { hasSeenScene } from './shell/seen.ts';

const root = createRootRoute({
  component: Shell,
  errorComponent: Failed,
  notFoundComponent: Failed,
});

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: hasSeenScene() ? '/overview' : '/start' });
  },
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/start',
  component: lazyRouteComponent(() => import('./features/start/start.tsx'), 'Start'),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  component: lazyRouteComponent(() => import('./features/overview/overview.tsx'), 'Overview'),
});

const requests = createRoute({
  getParentRoute: () => root,
  path: '/requests',
  validateSearch: readRequestsSearch,
  component: lazyRouteComponent(() => import('./features/requests/requests.tsx'), 'Requests'),
});

const playground = createRoute({
  getParentRoute: () => root,
  path: '/playground',
  validateSearch: ({ tab }: Record<string, unknown>): { readonly tab?: 'parallel' | 'chatflow' } =>
    tab === 'parallel' || tab === 'chatflow' ? { tab } : {},
  component: lazyRouteComponent(() => import('./features/playground/playground.tsx'), 'Playground'),
});

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  validateSearch: ({ tab }: Record<string, unknown>): { readonly tab?: 'config' } =>
    tab === 'config' ? { tab } : {},
  component: lazyRouteComponent(() => import('./features/models/models.tsx'), 'Models'),
});

const plan = createRoute({
  getParentRoute: () => root,
  path: '/plan',
  component: lazyRouteComponent(() => import('./features/plan/plan.tsx'), 'Plan'),
});

const simulator = createRoute({
  getParentRoute: () => root,
  path: '/simulator',
  component: lazyRouteComponent(() => import('./features/simulator/simulator.tsx'), 'Simulator'),
});

const providers = createRoute({
  getParentRoute: () => root,
  path: '/providers',
  component: lazyRouteComponent(() => import('./features/providers/providers.tsx'), 'Providers'),
});

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  validateSearch: readKeysSearch,
  component: lazyRouteComponent(() => import('./features/keys/keys.tsx'), 'Keys'),
});

const apps = createRoute({
  getParentRoute: () => root,
  path: '/apps',
  component: lazyRouteComponent(() => import('./features/apps/apps.tsx'), 'Apps'),
});

const app = createRoute({
  getParentRoute: () => root,
  path: '/apps/$appId',
  validateSearch: readAppSearch,
  component: lazyRouteComponent(() => import('./features/apps/app.tsx'), 'App'),
});

const dify = createRoute({
  getParentRoute: () => root,
  path: '/dify',
  component: lazyRouteComponent(() => import('./features/dify/dify.tsx'), 'Dify'),
});

/** The one that is opened, where rows have an id. */
const readId = ({ id }: Record<string, unknown>): { readonly id?: string } =>
  typeof id === 'string' && id !== '' ? { id } : {};

const teams = createRoute({
  getParentRoute: () => root,
  path: '/teams',
  validateSearch: readId,
  component: lazyRouteComponent(() => import('./features/teams/teams.tsx'), 'Teams'),
});

const users = createRoute({
  getParentRoute: () => root,
  path: '/users',
  validateSearch: readId,
  component: lazyRouteComponent(() => import('./features/users/users.tsx'), 'Users'),
});

const budgets = createRoute({
  getParentRoute: () => root,
  path: '/budgets',
  component: lazyRouteComponent(() => import('./features/budgets/budgets.tsx'), 'Budgets'),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: '/usage',
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import('./features/usage/usage.tsx'), 'Usage'),
});

const api = createRoute({
  getParentRoute: () => root,
  path: '/api',
  component: lazyRouteComponent(() => import('./features/api/api.tsx'), 'Api'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    index,
    start,
    overview,
    requests,
    playground,
    models,
    plan,
    simulator,
    keys,
    apps,
    app,
    providers,
    dify,
    teams,
    users,
    budgets,
    usage,
    api,
  ]),
  basepath: '/ui',
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
