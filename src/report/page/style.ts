/** The style sheet of reports; its colours are those of the console. */

const LIGHT = `
  --page: #f4f6f8;
  --card: #ffffff;
  --line: #d5dce2;
  --grid: #e7ecf0;
  --text: #17222b;
  --quiet: #5a6874;
  --accent: #12475e;
  --good: #1b6b3a;
  --warn: #8a5300;
  --bad: #b3261e;
  --series-1: #1f6fb2;
  --series-2: #8a3ab9;
  --series-3: #0d7f73;
  --series-4: #b0611a;
  --objective: #b3261e;
  --forecast: #1f6fb2;
  --forecast-band: #1f6fb230;
  --phase-serving: #2f7fc1;
  --phase-arriving: #9db6c9;
  --found: #e0a03040;`;

const DARK = `
  --page: #10171d;
  --card: #18222a;
  --line: #33424e;
  --grid: #26333d;
  --text: #e6edf2;
  --quiet: #9fb0bd;
  --accent: #7cc4e4;
  --good: #6fd498;
  --warn: #f0b45a;
  --bad: #ff8a80;
  --series-1: #62b0f0;
  --series-2: #cf94f2;
  --series-3: #4fd1c1;
  --series-4: #f0a868;
  --objective: #ff8a80;
  --forecast: #62b0f0;
  --forecast-band: #62b0f033;
  --phase-serving: #3f8fd6;
  --phase-arriving: #5f7d93;
  --found: #d9a03c40;`;

const PAGE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.skip { position: absolute; left: -100vw; padding: .5rem 1rem; background: var(--card); }
.skip:focus { left: 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
header, main, footer { max-width: 1120px; margin: 0 auto; padding: 1.1rem 1.25rem; }
header { padding-bottom: 0; }
h1, h2, h3, p { margin: 0; }
h1 { font-size: 1.45rem; color: var(--accent); line-height: 1.25; }
h2 { font-size: 1.15rem; margin-bottom: .6rem; }
h3 { font-size: 1rem; }
section + section { margin-top: 1.6rem; }
.quiet { color: var(--quiet); }
.lead { font-size: 1.06rem; margin-top: .55rem; max-width: 76ch; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: .85rem 1rem; }
.card + .card { margin-top: .8rem; }
nav { margin-top: .7rem; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
footer { color: var(--quiet); }
code, pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }`;

const FINDINGS = `
.findings { list-style: none; margin: 0; padding: 0; }
.findings > li { display: grid; grid-template-columns: 7.2rem 1fr; gap: .1rem 1rem;
  padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-left: 5px solid var(--quiet); border-radius: 8px; }
.findings > li + li { margin-top: .55rem; }
.findings > .high { border-left-color: var(--bad); }
.findings > .medium { border-left-color: var(--warn); }
.severity { font-weight: 700; color: var(--quiet); }
.high .severity { color: var(--bad); }
.medium .severity { color: var(--warn); }
.kind { display: block; font-weight: 400; color: var(--quiet); font-size: .87rem; }
.more { color: var(--quiet); font-size: .87rem; margin-top: .2rem; }
.findings li:target, figure:target { outline: 3px solid var(--accent); outline-offset: 2px; }
details { margin-top: .6rem; }
summary { cursor: pointer; color: var(--accent); padding: .3rem 0; }
details > * + * { margin-top: .5rem; }
@media (max-width: 640px) {
  .findings > li { grid-template-columns: 1fr; }
  .severity .kind { display: inline; margin-left: .5rem; }
}`;

const PLOTS = `
figure { margin: 0; }
figure + figure { margin-top: .9rem; }
figcaption { font-weight: 600; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem;
  align-items: baseline; }
.panel { margin-top: .5rem; }
.panel-title { font-size: .9rem; font-weight: 600; display: flex; flex-wrap: wrap;
  gap: .1rem 1rem; }
.panel-title span, figcaption span { font-weight: 400; color: var(--quiet); font-size: .87rem; }
.scroll { overflow-x: auto; }
.plot { padding: 26px 12px 24px 60px; }
.plot > svg { display: block; width: 100%; height: 110px; overflow: visible; }
.plot.pareto { padding-bottom: 42px; }
.pareto > svg { height: 280px; }
.plot path { vector-effect: non-scaling-stroke; }
@media (max-width: 640px) { .plot { padding-left: 46px; } .plot .other { display: none; } }
svg text { font: 11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--quiet); }
svg text { paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
svg .name { fill: var(--warn); font-weight: 700; }
svg text.objective { fill: var(--objective); }
svg text.event { fill: var(--text); }
line.event { stroke: var(--text); stroke-dasharray: 1 3; }
.grid { stroke: var(--grid); fill: none; }
.mark { fill: var(--found); }
.line { fill: none; stroke: var(--quiet); stroke-width: 1.4; stroke-linejoin: round; }
.dashed { stroke-dasharray: 5 4; }
.front { opacity: .45; }
.faint { opacity: .3; }
.band { fill: var(--forecast-band); }
.series-1 { stroke: var(--series-1); }
.series-2 { stroke: var(--series-2); }
.series-3 { stroke: var(--series-3); }
.series-4 { stroke: var(--series-4); }
.forecast { stroke: var(--forecast); }
.wanted { stroke: var(--text); }
.line.objective { stroke: var(--objective); }
.area { stroke: none; }
.area.serving { fill: var(--phase-serving); }
.area.held { fill: var(--phase-arriving); }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px;
  margin-right: .35em; background: var(--quiet); }
.tone-0 { --tone: var(--series-1); }
.tone-1 { --tone: var(--series-2); }
.tone-2 { --tone: var(--series-3); }
.tone-3 { --tone: var(--series-4); }
.tone-4 { --tone: var(--bad); }
.tone-5 { --tone: var(--quiet); }
[class*="tone-"] .line { stroke: var(--tone); }
.dot { fill: var(--tone); }
.dot.hollow { fill-opacity: .15; stroke: var(--tone); }
.key[class*="tone-"] { background: var(--tone); }
.key.round { border-radius: 50%; }
.key.series-1 { background: var(--series-1); }
.key.series-2 { background: var(--series-2); }
.key.series-3 { background: var(--series-3); }
.key.series-4 { background: var(--series-4); }
.key.forecast { background: var(--forecast-band); border: 1px dashed var(--forecast); }
.key.wanted { background: none; border: 1px dashed var(--text); }
.key.serving { background: var(--phase-serving); }
.key.held { background: var(--phase-arriving); }`;

const TABLES = `
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .3rem; font-size: .87rem; }
th, td { text-align: right; padding: .28rem .7rem; border-bottom: 1px solid var(--grid);
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--quiet); font-weight: 600; font-size: .87rem; }
tbody th { font-weight: 600; }
@media print {
  body { background: none; }
  .card, .findings > li { break-inside: avoid; }
  nav, .skip { display: none; }
}`;

export const STYLE = `:root { color-scheme: light dark;${LIGHT}
}
@media (prefers-color-scheme: dark) { :root {${DARK}
} }${PAGE}${FINDINGS}${PLOTS}${TABLES}
`;
