import type { ComponentChildren } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';

/** What every page knows of where it is shown. */
export interface Frame {
  /** The path below which the service is reached, without a slash at the end: empty, or a sub-path of a proxy. */
  readonly base: string;
  /** Who is signed in; `undefined` for who is not. */
  readonly who: { readonly name: string; readonly isOperator: boolean } | undefined;
  /** Changes with the files that pages load. */
  readonly assets: string;
}

const FOR_ALL = [['/', 'Runs']] as const;
const FOR_OPERATOR = [
  ...FOR_ALL,
  ['/deliveries', 'Deliveries'],
  ['/queue', 'Queue'],
  ['/why', 'Why?'],
  ['/agents', 'Agents'],
  ['/simulate', 'Simulate'],
] as const;

/** What somebody has unfolded stays so when the page is brought up to date. */
const HTMX = JSON.stringify({ morphIgnore: ['data-htmx-powered', 'open'] });

/** A whole page as HTML. `at`: which place of the navigation it belongs to. Everything in it is escaped. */
export function page(
  { frame, title, at }: { readonly frame: Frame; readonly title: string; readonly at?: string },
  children: ComponentChildren,
): string {
  const { base, who, assets } = frame;
  const html = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Beckon`}</title>
        <meta name="htmx-config" content={HTMX} />
        <link rel="icon" href={`${base}/assets/${assets}/icon.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${base}/assets/${assets}/beckon.css`} />
        <script src={`${base}/assets/${assets}/htmx.js`} defer />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header>
          <a class="brand" href={`${base}/`}>
            Beckon
          </a>
          {who === undefined ? null : (
            <>
              <nav aria-label="Pages">
                {(who.isOperator ? FOR_OPERATOR : FOR_ALL).map(([path, name]) => (
                  <a key={path} href={`${base}${path}`} aria-current={path === at ? 'page' : undefined}>
                    {name}
                  </a>
                ))}
              </nav>
              <form method="post" action={`${base}/logout`}>
                <span class="who">{who.name}</span>
                <button type="submit" class="quiet">
                  Sign out
                </button>
              </form>
            </>
          )}
        </header>
        <main id="content">{children}</main>
      </body>
    </html>
  );
  return `<!doctype html>${renderToStaticMarkup(html)}`;
}

/** A part of a page that is brought up to date every few seconds, where the browser runs scripts. */
export function Live({
  id,
  address,
  children,
}: {
  readonly id: string;
  /** Of the page that it is part of. */
  readonly address: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div
      id={id}
      data-hx-get={address}
      data-hx-trigger="every 3s"
      data-hx-select={`#${id}`}
      data-hx-swap="outerMorph"
    >
      {children}
    </div>
  );
}

/** A time for people, and in full for who points at it. */
export function Time({ at }: { readonly at: string }) {
  return <time dateTime={at}>{at.slice(0, 19).replace('T', ' ')}</time>;
}

/** A link to another site, or the text alone where it is no address of the web. */
export function Out({ href, children }: { readonly href: string; readonly children: ComponentChildren }) {
  return /^https?:\/\//.test(href) ? (
    <a href={href} rel="noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}

/** A text in which commands and names of the config stand between backticks. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}</>
  );
}

/** The head of a table. */
export function Columns({ names }: { readonly names: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
