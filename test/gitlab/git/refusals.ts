import type { FastifyReply } from 'fastify';

/** What a Git client is told, in GitLab's words where GitLab has such a case. */
const REFUSALS = {
  denied: {
    status: 401,
    text: 'HTTP Basic: Access denied. The provided password or token is incorrect or your account has 2FA enabled.',
  },
  noPush: { status: 403, text: 'You are not allowed to push code to this project.' },
  dumb: { status: 403, text: 'Only the smart HTTP protocol is served here.' },
  notFound: {
    status: 404,
    text: "The project you were looking for could not be found or you don't have permission to view it.",
  },
  noGit: {
    status: 501,
    text: 'Git over HTTP is served through a real git program, and there is none here. Install it with: apt-get install git',
  },
} as const;

/** Answers a Git client with a refusal, which it shows to the person. */
export function refuse(reply: FastifyReply, why: keyof typeof REFUSALS): FastifyReply {
  const { status, text } = REFUSALS[why];
  if (status === 401) reply.header('www-authenticate', 'Basic realm="GitLab"');
  return reply.code(status).type('text/plain').send(`${text}\n`);
}
