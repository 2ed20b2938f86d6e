/** One sheet for all pages; follows the reader's choice of dark or light. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #6e49cb; --good: #108548; --bad: #c91c00; --busy: #1f75cb; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
header { padding: .7rem 1.2rem; border-bottom: 1px solid var(--line); background: var(--soft); }
header a { margin-right: .4rem; }
main { max-width: 58rem; margin: 0 auto; padding: 1rem 1.2rem 4rem; }
a { color: var(--accent); }
h1 { font-size: 1.5rem; margin: .8rem 0 .2rem; }
.meta { opacity: .75; font-size: .9rem; }
.badge { display: inline-block; padding: 0 .6em; border-radius: 1em; border: 1px solid currentColor; font-size: .85rem; }
.success, .opened { color: var(--good); } .failed, .closed { color: var(--bad); } .running, .pending, .created { color: var(--busy); }
.description, .discussion { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; }
.description { padding: .2rem 1rem; }
.note { padding: .6rem 1rem; border-bottom: 1px solid var(--line); }
.note:last-of-type { border-bottom: 0; }
.reply { padding-left: 2.5rem; background: var(--soft); }
.note p { margin: .3rem 0; } .note.system { opacity: .7; font-size: .9rem; }
.author { font-weight: 600; }
form { padding: .6rem 1rem; display: flex; gap: .5rem; align-items: flex-end; }
textarea { flex: 1; font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: .4rem; }
button { font: inherit; padding: .4rem .9rem; border: 0; border-radius: .4rem; background: var(--accent); color: #fff; cursor: pointer; }
pre { overflow-x: auto; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--soft); font-size: .85rem; }
ins { color: var(--good); text-decoration: none; } del { color: var(--bad); text-decoration: none; }
ul { padding-left: 1.2rem; }
`;

/** Keeps the page current while nobody types: reads it again and puts the new content in place of the old. */
export const LIVE = `
setInterval(async () => {
  const typing = [...document.querySelectorAll('textarea')].some((area) => area.value !== '' || area === document.activeElement);
  if (typing) return;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    if (fresh && fresh.innerHTML !== document.querySelector('main').innerHTML) document.querySelector('main').replaceWith(fresh);
  } catch {}
}, 1000);
`;
