import { type Frame, page } from './layout.tsx';

/** Where somebody proves who they are. `next`: the path to go on with. */
export function loginPage({
  frame,
  next,
  byGitLab,
  fault,
}: {
  readonly frame: Frame;
  readonly next: string;
  /** Whether people sign in with GitLab. */
  readonly byGitLab: boolean;
  readonly fault: string | undefined;
}): string {
  return page(
    { frame, title: 'Sign in' },
    <>
      <h1>Sign in</h1>
      {fault === undefined ? null : (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {byGitLab ? (
        <p>
          <a class="button" href={`${frame.base}/login/gitlab?${new URLSearchParams({ next })}`}>
            Sign in with GitLab
          </a>
        </p>
      ) : null}
      <form method="post" action={`${frame.base}/login`} class="login">
        <input type="hidden" name="next" value={next} />
        <label>
          Admin token
          <input name="token" type="password" autoComplete="current-password" required />
        </label>
        <button type="submit" class={byGitLab ? 'quiet' : undefined}>
          Sign in
        </button>
      </form>
      <p>
        <small>
          The token is <code>server.adminToken</code> in Beckon's config.
        </small>
      </p>
    </>,
  );
}

/** A page that says what went wrong. */
export function faultPage({
  frame,
  title,
  message,
}: {
  readonly frame: Frame;
  readonly title: string;
  readonly message: string;
}): string {
  return page(
    { frame, title },
    <>
      <h1>{title}</h1>
      <p role="alert">{message}</p>
      <p>
        <a href={`${frame.base}/`}>Runs</a>
      </p>
    </>,
  );
}
