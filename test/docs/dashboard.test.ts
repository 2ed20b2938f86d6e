import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, setUpAdmin } from '../http/admin-set-up.ts';
import { aRun } from '../queue/a-run.ts';
import { read } from './pages.ts';

const page = read('docs/dashboard.md');

describe('docs/dashboard.md', () => {
  it('has every request of the API, and no other', async () => {
    const { api } = setUpAdmin();
    const { body } = await api('GET', '/api/openapi.json');
    const known = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const named = [...page.matchAll(/^\| `((?:GET|POST) \S+)` \|/gm)].map(([, request]) => request);
    expect(named.sort()).toEqual(known.sort());
  });

  it('has every parameter of the list of runs', async () => {
    const { api } = setUpAdmin();
    const { body } = await api('GET', '/api/openapi.json');
    const names = body.paths['/api/runs'].get.parameters.map(({ name }: { name: string }) => name);
    const [row = ''] = /^\| `GET \/api\/runs` .*$/m.exec(page) ?? [];
    expect(names.filter((name: string) => !row.includes(`\`${name}\``))).toEqual([]);
  });

  it.each([...page.matchAll(/^\| `(\/\S*)` \|/gm)].map(([, path = '']) => path))(
    'names pages that are there: %s',
    async (path) => {
      const { server } = setUpAdmin([aRun({ id: 'x' })]);
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      expect((await server.inject({ url: path.replace('ID', 'x'), headers })).statusCode).toBe(200);
    },
  );
});
