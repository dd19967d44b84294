/**
 * The style sheet of the page, with a light and a dark theme by the reader's preference, and rules for
 * printing.
 */
export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f7f8fa; --ink: #1b1f24; --muted: #57606a; --line: #d8dee4; --rule: #8c959f;
  --cell: #e9edf2; --heat: #0b4f8a; --good: #0b6bb0; --bad: #b64700;
  --series-0: #0072b2; --series-1: #d55e00; --series-2: #008a65; --series-3: #a0408f; --series-4: #9a7500;
  --series-5: #2f93d1; --series-6: #882255; --series-7: #332288; --series-8: #6b7a1e; --series-9: #666666;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1c2026; --ink: #e6e9ed; --muted: #9ba5b0; --line: #363d46; --rule: #7d8894;
    --cell: #272d35; --heat: #7cc4ff; --good: #6cb9f5; --bad: #ff9a57;
    --series-0: #56b4e9; --series-1: #ff8f4d; --series-2: #2fc79c; --series-3: #e39bd0; --series-4: #e5c94a;
    --series-5: #a5d8ff; --series-6: #e57a9c; --series-7: #a99cff; --series-8: #bccb5c; --series-9: #b5b5b5;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1140px; padding: 32px 24px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif; }
h1 { font-size: 28px; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 0 0 4px; }
h3 { font-size: 15px; margin: 20px 0 6px; }
section { margin-top: 48px; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 12px 16px; }
.verdict { border: 1.5px solid currentColor; border-radius: 99px; padding: 2px 12px; font-weight: 600; font-size: 14px; }
.passed { color: var(--good); } .failed { color: var(--bad); } .open { color: var(--muted); }
.notice { margin: 12px 0; max-width: 90ch; } .notice p { margin: 4px 0; } .notice .failed { font-weight: 600; }
.hint { color: var(--muted); margin: 0 0 16px; max-width: 80ch; }
.empty, .note { color: var(--muted); font-style: italic; margin: 8px 0 0; font-size: 13px; }
nav { margin: 28px 0 0; font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 18px; }
a { color: var(--good); }
dl { margin: 0; }
dd { margin: 0; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 10px 0 18px; }
.facts div { display: flex; gap: 6px; }
.facts dt, .figures dt { color: var(--muted); }
.facts dd { font-weight: 600; overflow-wrap: anywhere; }
.figures { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 16px; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 8px 16px; flex: 1 1 150px;
  display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { font-size: 13px; }
.figures dd { font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
.criteria { list-style: none; padding: 0; margin: 14px 0 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } thead th { color: var(--muted); font-size: 13px; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 4px; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.results th[scope] { min-width: 12em; }
#removals thead th { white-space: normal; } .forces { min-width: 15em; overflow-wrap: anywhere; } .listed { min-width: 8em; }
.scroll { overflow: auto; max-height: 480px; /* a shadow where more is behind an edge */
  background: linear-gradient(to right, var(--page) 40%, transparent) 0 0 / 40px 100% no-repeat local,
    linear-gradient(to left, var(--page) 40%, transparent) 100% 0 / 40px 100% no-repeat local,
    linear-gradient(to right, var(--rule), transparent) 0 0 / 12px 100% no-repeat scroll,
    linear-gradient(to left, var(--rule), transparent) 100% 0 / 12px 100% no-repeat scroll; }
.scroll thead th { position: sticky; top: 0; background: var(--page); }
figure { margin: 0 0 10px; break-inside: avoid; min-width: 0; }
figcaption { font-size: 13px; margin-bottom: 2px; overflow-wrap: anywhere; }
figure svg { display: block; max-width: 100%; height: auto; font-family: inherit; }
#lambda figure, #sparsity figure { overflow-x: auto; }
#lambda svg[width='1060'], #sparsity svg { min-width: 760px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(480px, 100%), 1fr)); gap: 18px 36px; }
.drawings { display: flex; flex-wrap: wrap; gap: 16px; margin-bottom: 12px; }
.drawings figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; max-width: 100%; }
.legend { list-style: none; padding: 0; margin: 0 0 14px; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; }
.key { display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
.scale { color: var(--muted); margin-left: 10px; }
.ramp { display: inline-block; width: 60px; height: 8px; margin: 0 3px; background: linear-gradient(to right, var(--cell), var(--heat)); }
.alarms { margin: 0; padding-left: 20px; } .alarms b { color: var(--bad); }
details { margin-top: 8px; } summary { cursor: pointer; font-weight: 600; font-size: 14px; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; font-size: 12px; overflow: auto; max-height: 480px; }
@media screen and (max-width: 800px) {
  body { padding: 20px 16px 48px; }
  #lambda > .hint::after, #sparsity > .hint::after { content: ' ↔ The charts are wider than this screen: move them sideways.'; color: var(--ink); }
  .results { font-size: 11px; } .results th, .results thead th { font-size: 11px; white-space: normal; } .results th[scope] { min-width: 6em; }
  .results th, .results td { padding-right: 6px; } .results .number { white-space: normal; }
}
@media screen and (max-width: 1000px) {
  #removals h3:first-of-type::after { content: ' ↔ the table moves sideways'; color: var(--muted); font-weight: 400; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 12px; }
  nav { display: none; }
  section { margin-top: 28px; }
  #lambda svg, #sparsity svg { min-width: 0 !important; }
  .scroll, pre { max-height: none; overflow: visible; background: none; }
}
`
