import { createHash } from 'node:crypto';
import type { WorldContext } from '../../world/context.ts';
import { must } from '../../world/lookup.ts';
import type { Member, User } from '../../world/records-people.ts';

type Known = Pick<WorldContext, 'state' | 'url'>;

/** A Gravatar address, which is what GitLab shows for whoever has no picture. */
export function avatarUrl(user: User): string {
  const hash = createHash('sha256').update(user.email.toLowerCase()).digest('hex');
  return `https://www.gravatar.com/avatar/${hash}?s=80&d=identicon`;
}

/** `UserBasic`, as it stands in most answers. */
export function userBasic(user: User, { url }: Pick<WorldContext, 'url'>) {
  return {
    id: user.id,
    username: user.username,
    public_email: user.publicEmail ?? '',
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: avatarUrl(user),
    web_url: `${url()}/${user.username}`,
  };
}

/** `UserBasic` by id, or `null`. */
export function userById(id: number | null, known: Known) {
  return id === null ? null : userBasic(must(known.state.users.get(id), `user ${id}`), known);
}

/** What `GET /users/:id` says; `bot` is here and not in `UserBasic`. */
export function userProfile(user: User, known: Known) {
  return {
    ...userBasic(user, known),
    created_at: user.createdAt.toISOString(),
    bio: '',
    location: '',
    linkedin: '',
    twitter: '',
    discord: '',
    website_url: '',
    github: '',
    job_title: '',
    pronouns: null,
    organization: '',
    bot: user.bot,
    work_information: null,
    local_time: null,
  };
}

/** What `GET /user` says about oneself. */
export function ownProfile(user: User, known: Known) {
  return {
    ...userProfile(user, known),
    last_sign_in_at: null,
    confirmed_at: user.createdAt.toISOString(),
    last_activity_on: null,
    email: user.email,
    theme_id: 3,
    color_scheme_id: 1,
    projects_limit: 100_000,
    current_sign_in_at: null,
    identities: [],
    can_create_group: !user.bot,
    can_create_project: !user.bot,
    two_factor_enabled: false,
    external: user.bot,
    private_profile: false,
    commit_email: user.email,
    ...(user.admin ? { is_admin: true } : {}),
  };
}

export function memberEntity(member: Member, known: Known) {
  const user = must(known.state.users.get(member.userId), `user ${member.userId}`);
  return {
    ...userBasic(user, known),
    access_level: member.accessLevel,
    created_at: member.createdAt.toISOString(),
    created_by: null,
    expires_at: member.expiresAt?.toISOString().slice(0, 10) ?? null,
    membership_state: 'active',
  };
}
