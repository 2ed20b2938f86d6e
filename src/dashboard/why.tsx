import type { Finding } from '../setup/finding.ts';
import { ABOUTS } from '../why/parts.ts';
import { HEADINGS } from '../why/render.ts';
import type { WhyAnswer } from '../why/why.ts';
import { type Frame, Out, Prose, page } from './layout.tsx';

interface WhyPage {
  readonly frame: Frame;
  /** What was asked about; `undefined`: nothing yet. */
  readonly url?: string | undefined;
  readonly answer?: WhyAnswer | undefined;
}

/** Says of the address of a comment why an agent did, or did not, answer. */
export function whyPage({ frame, url, answer }: WhyPage): string {
  const { base } = frame;
  return page(
    { frame, title: 'Why did nothing happen?', at: '/why' },
    <>
      <h1>Why did nothing happen?</h1>
      <WhyForm base={base} url={url} />
      {answer === undefined ? (
        <p class="hint">
          Says whether GitLab delivered it, what the triggers said, and what became of the run. In GitLab,
          “Copy link” in the menu of a comment gives its address.
        </p>
      ) : (
        <Answer base={base} answer={answer} />
      )}
    </>,
  );
}

/** The form with the one field. */
export function WhyForm({ base, url }: { readonly base: string; readonly url?: string | undefined }) {
  return (
    <form class="why" method="get" action={`${base}/why`}>
      <label>
        No answer? Address of a comment, an issue or a merge request
        <input name="url" value={url} required autoComplete="off" spellcheck={false} />
      </label>
      <button type="submit">Why?</button>
    </form>
  );
}

function Answer({ base, answer }: { readonly base: string; readonly answer: WhyAnswer }) {
  const { conclusion, remedy, runs, findings } = answer;
  return (
    <>
      <section aria-label="Answer" class="answer">
        <p class="lead">
          <Prose text={conclusion} />
        </p>
        {remedy === null ? null : (
          <p>
            <Prose text={remedy} />
          </p>
        )}
        {runs.map((id) => (
          <p key={id}>
            <a href={`${base}/runs/${id}`}>Run {id}</a>
          </p>
        ))}
      </section>
      {ABOUTS.map((about) => {
        const found = findings.filter((finding) => finding.about === about);
        if (found.length === 0) return null;
        return (
          <section key={about}>
            <h2>{HEADINGS[about]}</h2>
            <ul class="verdicts">
              {found.map((finding) => (
                <li key={finding.text}>
                  <Line finding={finding} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

const WORDS: Readonly<Record<Finding['state'], readonly [mark: string, word: string]>> = {
  ok: ['✓', 'Right'],
  wrong: ['✗', 'Wrong'],
  risky: ['!', 'Take care'],
  unknown: ['?', 'Not known'],
};

/** What was found, with what to do about it. */
export function Line({ finding: { state, text, remedy, link } }: { readonly finding: Finding }) {
  const [mark, word] = WORDS[state];
  return (
    <>
      <span role="img" aria-label={word}>
        {mark}
      </span>{' '}
      <Prose text={text} />
      {remedy === undefined ? null : (
        <small>
          <Prose text={remedy} />
        </small>
      )}
      {link === undefined ? null : (
        <small>
          <Out href={link}>{link}</Out>
        </small>
      )}
    </>
  );
}
