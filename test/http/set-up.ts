import { afterEach } from 'vitest';
import { webServer } from './web-server.ts';

export { SECRETS, SIGNING_KEYS, STANDING } from './web-server.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A web server that is closed after the test, see {@link webServer}. */
export function setUp(...options: Parameters<typeof webServer>): ReturnType<typeof webServer> {
  const scene = webServer(...options);
  open.push(scene.server);
  return scene;
}
