// How the HTML report looks: light and dark, on a wide screen, on a narrow one, on A4.
#pragma once

namespace recover::report {

inline constexpr const char* style = R"(:root {
  --ink: #1c1f23; --soft: #57606a; --paper: #ffffff; --line: #d5dae0; --shade: #f3f5f7;
  --good: #1a7f37; --open: #9a6700; --bad: #c42b1c; --degraded: #9a6700;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e8eb; --soft: #a3abb5; --paper: #15181c; --line: #3a4149; --shade: #20252b;
    --good: #57c776; --open: #e0b040; --bad: #ff7b6b; --degraded: #e0b040;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0 .75rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; }
ol, ul { margin: .5rem 0; padding-left: 1.5rem; }
li { margin: .35rem 0; }
small, .soft, footer { color: var(--soft); font-size: .85rem; }
code { font: .9em ui-monospace, monospace; background: var(--shade); border-radius: 4px; padding: .1rem .35rem;
  display: inline-block; max-width: 100%; overflow-x: auto; white-space: nowrap; }
.verdict { font-size: 1.1rem; font-weight: 600; padding: .6rem .8rem; background: var(--shade);
  border-left: 6px solid var(--soft); }
.verdict.good { border-color: var(--good); }
.verdict.degraded { border-color: var(--degraded); }
.verdict.open { border-color: var(--bad); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
td:last-child { padding-right: 0; }
.pairs th { width: 9rem; }
.moments th { width: 13.5rem; font-weight: 400; color: var(--soft); font-size: .85rem; }
.proofs th[scope=row] { width: 13rem; }
.proofs td:nth-child(2) { width: 8rem; }
.steps th:first-child { width: 34%; }
.steps small { font-weight: 400; }
td.good { color: var(--good); }
td.bad { color: var(--bad); font-weight: 600; }
td.open { color: var(--open); font-weight: 600; }
.took { white-space: nowrap; }
.when { width: 38%; }
.bar { display: block; width: 100%; height: 1.3rem; margin-top: .15rem; }
.bar line { stroke: var(--line); stroke-width: 1; }
.bar .good { fill: var(--good); }
.bar .bad { fill: var(--bad); }
.bar .open { fill: var(--open); }
.names { font: .85rem/1.45 ui-monospace, monospace; }
.names li { margin: .1rem 0; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); }
@media (max-width: 620px) {
  table, tbody, tr, th, td { display: block; width: auto !important; }
  thead { display: none; }
  th, td { border: 0; padding: 0; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  .steps td:nth-child(2), .steps td:nth-child(3) { display: inline-block; margin-right: .75rem; }
}
@media print {
  :root {
    --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --shade: #fff;
    --good: #1a7f37; --open: #9a6700; --bad: #c42b1c; --degraded: #9a6700;
  }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  tr, li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  code { white-space: pre-wrap; }
  .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@page { size: A4; margin: 16mm; }
)";

}  // namespace recover::report
