import { describe, expect, test } from 'vitest';
import { hooked } from '../test-support/hooked.ts';
import { sign } from './headers.ts';

const signingToken = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('headers', () => {
  test('of 18.9', async () => {
    const { world, project, alice, came, gitlab } = await hooked(
      { token: 's3cret', signingToken },
      { subPath: '/gitlab' },
    );
    world.openIssue({ project, author: alice, title: 'Bug' });
    const [delivery] = await came();
    expect(delivery?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'GitLab/18.9.0',
      'x-gitlab-event': 'Issue Hook',
      'x-gitlab-instance': gitlab.url,
      'x-gitlab-token': 's3cret',
      'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-gitlab-webhook-uuid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-gitlab-event-uuid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Object.keys(delivery?.headers ?? {}).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  test('of 19.0, signed', async () => {
    const { world, project, alice, came } = await hooked({ signingToken }, { version: '19.0.1-ee' });
    world.openIssue({ project, author: alice, title: 'Bug' });
    const [delivery] = await came();
    if (delivery === undefined) throw new Error('nothing came');
    const { headers, raw } = delivery;
    expect(headers['webhook-id']).toBe(headers['idempotency-key']);
    expect(headers['x-gitlab-token']).toBeUndefined();
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`;
    expect(headers['webhook-signature']).toBe(sign(content, signingToken));
    expect(JSON.parse(raw).object_attributes.created_at).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('a signature is that of Standard Webhooks', () => {
    // The example of the Standard Webhooks specification.
    const signed = sign(
      'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    );
    expect(signed).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});
