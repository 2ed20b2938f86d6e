/** The looks of all pages: light or dark as the browser is set, and as wide as the screen. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1f2328, #e6e6ea);
  --quiet: light-dark(#57606a, #a5adb8);
  --page: light-dark(#ffffff, #17181c);
  --line: light-dark(#d0d7de, #3a3d46);
  --soft: light-dark(#f3f4f6, #22242b);
  --link: light-dark(#0550ae, #7cb7ff);
  --good: light-dark(#11632f, #7ee2a8);
  --bad: light-dark(#a40e26, #ff9aa2);
  --busy: light-dark(#0a4b91, #8ec7ff);
  --idle: light-dark(#6a4a00, #f0c674);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .5rem; }
header {
  display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center;
  padding: .75rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--soft);
}
header .brand { font-weight: 700; color: inherit; text-decoration: none; }
header nav { display: flex; flex-wrap: wrap; gap: 1rem; flex: 1; }
header nav a[aria-current] { font-weight: 600; color: inherit; }
header form { display: flex; gap: .75rem; align-items: center; }
.who, small, .hint { color: var(--quiet); font-size: .9rem; }
main { max-width: 80rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
h1 { font-size: 1.5rem; margin: .5rem 0 1rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
button, a.button, input, select, textarea {
  font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .6rem; min-height: 2.45rem;
}
button, a.button { background: var(--soft); cursor: pointer; font-weight: 600; }
a.button { display: inline-block; text-decoration: none; }
button.danger { color: var(--bad); border-color: currentcolor; }
button.quiet { font-weight: 400; }
label { display: grid; gap: .2rem; font-size: .9rem; color: var(--quiet); }
label input, label select, label textarea { color: var(--text); font-size: 1rem; }
.filters { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-bottom: 1.25rem; }
.filters input { width: 9rem; }
.filters > a { line-height: 2.4rem; }
form.why { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-bottom: 1.25rem; }
form.why label { flex: 1 1 20rem; max-width: 44rem; }
.login, .simulate { display: grid; gap: 1rem; max-width: 26rem; justify-items: start; }
.login label, .simulate label { width: 100%; }
.simulate { max-width: none; }
textarea { font-family: ui-monospace, monospace; width: 100%; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-size: .85rem; font-weight: 600; }
td { overflow-wrap: break-word; }
td.what, td.why { overflow-wrap: anywhere; }
td.what { min-width: 16rem; }
td time, td.took { white-space: nowrap; }
td small, .verdicts small { display: block; }
.state {
  display: inline-block; padding: 0 .5rem; border: 1px solid currentcolor; border-radius: 1rem;
  font-size: .85rem; font-weight: 600; white-space: nowrap; color: var(--quiet);
}
.state.succeeded, .state.delivery-accepted { color: var(--good); }
.state.failed, .state.timed_out, .state.refused, .state.delivery-unauthorized, .state.delivery-forbidden,
.state.delivery-overloaded, .state.delivery-unavailable, .state.delivery-failed { color: var(--bad); }
.state.running, .state.starting { color: var(--busy); }
.state.queued { color: var(--idle); }
.lead { font-size: 1.1rem; }
.facts { display: grid; gap: .25rem; }
.facts div { display: grid; grid-template-columns: 9rem 1fr; gap: .75rem; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; white-space: pre-line; }
.fault { color: var(--bad); border-left: 4px solid currentcolor; padding-left: .75rem; }
.answer { border: 1px solid var(--line); border-radius: .4rem; padding: 0 1rem; margin-bottom: 1.5rem; }
.deliveries summary { cursor: pointer; }
.deliveries .verdicts { margin: .25rem 0; }
.verdicts { list-style: none; padding: 0; }
.verdicts li { padding-left: 1.25rem; text-indent: -1.25rem; }
.verdicts small { text-indent: 0; }
.empty { color: var(--quiet); }
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  header nav { order: 1; flex-basis: 100%; }
  header form { margin-left: auto; }
  tr { display: block; padding: .75rem 0; border-bottom: 1px solid var(--line); }
  td, tbody th { display: block; border: 0; padding: .1rem 0; min-width: 0; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
  td:empty { display: none; }
  .facts div { grid-template-columns: 8rem 1fr; }
  .filters { display: grid; grid-template-columns: 1fr 1fr; }
  .filters input, .filters select { width: 100%; }
}
`;

/** The icon in the browser's tab. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0550ae"/><path d="M5 12V4h3.5a2 2 0 0 1 0 4H5m3.5 0a2 2 0 0 1 0 4H5" fill="none" stroke="#fff" stroke-width="1.6"/></svg>';
