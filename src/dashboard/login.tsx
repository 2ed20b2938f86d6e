import { type Frame, page } from './layout.tsx';

/** Where somebody proves to be who runs Beckon. `next`: the path to go on with. */
export function loginPage({
  frame,
  next,
  fault,
}: {
  readonly frame: Frame;
  readonly next: string;
  readonly fault?: string;
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
      <form method="post" action={`${frame.base}/login`} class="login">
        <input type="hidden" name="next" value={next} />
        <label>
          Admin token
          <input name="token" type="password" autoComplete="current-password" required />
        </label>
        <button type="submit">Sign in</button>
      </form>
      <p>
        <small>The token is `server.adminToken` in Beckon's config.</small>
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
