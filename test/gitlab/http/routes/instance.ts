import { findUser } from '../../world/lookup.ts';
import { notFound } from '../../world/refusal.ts';
import { created, type Endpoint, empty, ok, page } from '../call.ts';
import { noteEvent } from '../entities/note.ts';
import { todoEntity } from '../entities/todo.ts';
import { ownProfile, userBasic, userProfile } from '../entities/user.ts';
import { choice, flag, integer, text } from '../input.ts';
import { userOf } from '../lookup.ts';

const metadata: Endpoint['run'] = (call) => {
  userOf(call);
  const { version, url } = call.context;
  return ok({
    version,
    revision: 'f7b1b1d2c3e',
    kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
    enterprise: url() !== '' && version.endsWith('-ee'),
  });
};

/** Version, users, tokens, what one wrote, and To-Do items. */
export const instanceRoutes: readonly Endpoint[] = [
  { method: 'GET', path: '/version', run: metadata },
  { method: 'GET', path: '/metadata', run: metadata },
  { method: 'GET', path: '/user', run: (call) => ok(ownProfile(userOf(call), call.context)) },
  {
    method: 'GET',
    path: '/users',
    run: (call) => {
      userOf(call);
      const username = text(call, 'username');
      const search = text(call, 'search')?.toLowerCase();
      const active = flag(call, 'active');
      const found = [...call.context.state.users.values()]
        .filter((user) => username === undefined || user === findUser(username, call.context.state))
        .filter(
          (user) => search === undefined || `${user.username} ${user.name}`.toLowerCase().includes(search),
        )
        .filter((user) => active !== true || user.state === 'active');
      return page(found, (user) => userBasic(user, call.context));
    },
  },
  {
    method: 'GET',
    path: '/users/:user_id',
    run: (call) => {
      userOf(call);
      const user = call.context.state.users.get(Number(call.params.user_id));
      if (user === undefined) throw notFound('User');
      return ok(userProfile(user, call.context));
    },
  },
  {
    method: 'GET',
    path: '/personal_access_tokens/self',
    anyScope: true,
    run: (call) => {
      userOf(call);
      const { token, context } = call;
      if (token === undefined) throw notFound();
      return ok({
        id: token.id,
        name: token.name,
        revoked: token.revoked,
        created_at: token.createdAt.toISOString(),
        description: null,
        scopes: token.scopes,
        user_id: token.userId,
        last_used_at: context.now().toISOString(),
        active: !token.revoked && (token.expiresAt === null || token.expiresAt > context.now()),
        expires_at: token.expiresAt?.toISOString().slice(0, 10) ?? null,
      });
    },
  },
  {
    method: 'GET',
    path: '/events',
    run: (call) => {
      const user = userOf(call);
      const targetType = text(call, 'target_type');
      const after = text(call, 'after');
      // Of what people do only their comments are kept.
      const written = [...call.context.state.notes.values()]
        .filter((note) => note.authorId === user.id && !note.system)
        .filter(() => targetType === undefined || targetType === 'note')
        // The day itself is not after itself.
        .filter((note) => after === undefined || note.createdAt.toISOString().slice(0, 10) > after)
        .reverse();
      return page(written, (note) => noteEvent(note, call.context));
    },
  },
  {
    method: 'GET',
    path: '/todos',
    run: (call) => {
      const user = userOf(call);
      const state = choice(call, 'state', ['pending', 'done']) ?? 'pending';
      const action = text(call, 'action');
      const projectId = integer(call, 'project_id');
      const found = [...call.context.state.todos.values()]
        .filter((todo) => todo.userId === user.id && todo.state === state)
        .filter((todo) => action === undefined || todo.action === action)
        .filter((todo) => projectId === undefined || todo.projectId === projectId)
        .reverse();
      return page(found, (todo) => todoEntity(todo, call.context));
    },
  },
  {
    method: 'POST',
    path: '/todos/:todo_id/mark_as_done',
    run: (call) => {
      const { state, now } = call.context;
      const todo = state.todos.get(Number(call.params.todo_id));
      if (todo === undefined || todo.userId !== userOf(call).id) throw notFound();
      const done = { ...todo, state: 'done' as const, updatedAt: now() };
      state.todos.set(todo.id, done);
      return created(todoEntity(done, call.context));
    },
  },
  {
    method: 'POST',
    path: '/todos/mark_as_done',
    run: (call) => {
      const { state, now } = call.context;
      for (const todo of state.todos.values())
        if (todo.userId === userOf(call).id && todo.state === 'pending')
          state.todos.set(todo.id, { ...todo, state: 'done', updatedAt: now() });
      return empty;
    },
  },
];
