import { colors } from "./figure.ts";

/** The style of the page: readable at 390 px, tables and figures in boxes of their own, a dark scheme where the reader asks for one, and
 * print in the light one. Colours of words reach a contrast of 4.5 : 1 in both schemes. */
export const styleSheet = `
:root{--page:#fff;--ink:${colors.ink};--soft:#4b5563;--softer:#374151;--rule:#9ca3af;--faint:#eceff3;--strong:#1a1a1a;--found:#eaf3f9;--blue:${colors.blue};--warn:#fff8eb;--warnedge:#b45309;--link:#00588c}
@media screen and (prefers-color-scheme:dark){
:root{--page:#15181b;--ink:#e8eaed;--soft:#aab2bd;--softer:#c3c9d1;--rule:#5b6470;--faint:#2a2f35;--strong:#e8eaed;--found:#16303f;--blue:#56b4e9;--warn:#2e2413;--warnedge:#e0a040;--link:#7cc4f0}
figure [fill="${colors.ink}"]{fill:#e8eaed}
figure [stroke="${colors.ink}"]{stroke:#e8eaed}
figure [fill="${colors.gray}"]{fill:#aab2bd}
figure [stroke="${colors.gray}"]{stroke:#aab2bd}
figure [fill="${colors.light}"]{fill:#7d8693}
figure [stroke="${colors.light}"]{stroke:#7d8693}
figure [stroke="${colors.rule}"]{stroke:#30363d}
figure [fill="#fff"]{fill:#15181b}
figure [stroke="#fff"]{stroke:#15181b}
figure :is(circle,g)[fill="${colors.blue}"]{fill:#2f93d1}
figure :is(path,circle,line)[stroke="${colors.blue}"]{stroke:#2f93d1}
figure [fill="${colors.planted}"]{fill:#1d4a68}
figure [fill="${colors.empty}"]{fill:#20252a}
figure [fill="${colors.warning}"]{fill:#ff9a55}
}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;color-scheme:light dark}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
main{max-width:928px;margin:0 auto;padding:40px 24px 64px}
h1,h2,.question,.lead{font-family:Charter,"Bitstream Charter","Source Serif 4",Georgia,Cambria,serif}
h1{font-size:32px;line-height:1.2;margin:0 0 8px;text-wrap:balance}
h2{font-size:24px;line-height:1.25;margin:56px 0 12px;padding-top:12px;border-top:2px solid var(--strong)}
#answer h2{margin-top:20px}
h3{font-size:16px;line-height:1.4;margin:24px 0 6px}
p,ul,dl{margin:0 0 12px}
p,li,dd{max-width:72ch;text-wrap:pretty}
.small,figcaption{max-width:92ch;text-wrap:pretty}
ul{padding-left:20px}
li{margin-bottom:6px}
a{color:var(--link)}
nav{display:flex;flex-wrap:wrap;gap:2px 18px;margin-top:16px;font-size:14px}
nav a{padding:3px 0}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
.kind,.small,figcaption{color:var(--soft);font-size:14px}
.kind{margin:0 0 6px;max-width:none}
.question{font-size:20px;line-height:1.4;font-style:italic;color:var(--softer);margin:0;max-width:none;text-wrap:balance}
.lead{font-size:22px;line-height:1.4;margin-bottom:16px}
.warn{border:1px solid var(--warnedge);border-left-width:6px;background:var(--warn);padding:10px 16px 4px;margin:20px 0}
.warn h3{margin-top:0}
.box{overflow-x:auto;margin:20px 0 28px}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.4;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding-bottom:10px}
th,td{text-align:left;vertical-align:baseline;padding:5px 8px;font-weight:400}
th:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:600;border-bottom:1.5px solid var(--strong);vertical-align:bottom}
tbody tr+tr{border-top:1px solid var(--faint)}
th.n,td.n{text-align:right}
.ci{color:var(--soft);white-space:nowrap;font-weight:400}
.main{border-bottom:1.5px solid var(--strong)}
.main tr.region th{padding-top:16px;font-weight:700;border-bottom:1px solid var(--rule)}
.main tbody tr:not(.region) th{padding-left:19px;position:relative}
.main td{white-space:nowrap}
.sub{display:block;color:var(--soft);font-weight:400}
.main td.words{white-space:normal;min-width:84px}
.joint{font-weight:400;color:var(--soft);font-size:13px;margin-left:8px}
.joint span{white-space:nowrap}
.found{background:var(--found)}
.found th,.found td{font-weight:700}
.found .ci{color:var(--ink)}
.mark{color:var(--blue);position:absolute;left:2px}
.notes{margin-top:-16px}
.tag{display:inline-block;font-size:11px;font-weight:400;line-height:1.5;border:1px solid var(--rule);border-radius:3px;padding:0 4px;color:var(--soft);vertical-align:1px}
figure{margin:36px 0 0}
figure h3{margin:0 0 6px}
figcaption{margin-top:8px}
figure svg{display:block;max-width:100%;height:auto}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 18px;padding:0;margin:0 0 8px;font-size:13px;color:var(--softer)}
.legend li{display:inline-flex;align-items:center;gap:5px;margin:0}
.legend svg{flex:none}
.narrow{display:none}
dl{display:grid;grid-template-columns:minmax(120px,280px) 1fr;gap:4px 20px;font-size:15px}
dt{color:var(--soft);overflow-wrap:anywhere}
dd{margin:0;overflow-wrap:anywhere}
.hash{font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
summary{cursor:pointer;font-weight:600;margin-bottom:12px;padding:4px 0}
sub,sup{line-height:0}
@media (max-width:700px){
main{padding:24px 16px 48px}
h1{font-size:26px}
h2{font-size:22px;margin-top:44px}
.question,.lead{font-size:19px}
table{font-size:13px}
.main{font-size:12px}
th,td{padding-left:4px;padding-right:4px}
.main thead th{font-size:11px}
.main th,.main td{padding-left:3px;padding-right:3px}
.main tbody tr:not(.region) th{padding-left:15px;overflow-wrap:anywhere;min-width:76px}
.main th:last-child,.main td:last-child{padding-right:0}
.main .ci{display:block}
.main .wideonly,.wideonly{display:none}
.joint{display:block;margin:2px 0 0;max-width:calc(100vw - 32px)}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:8px}
.wide{display:none}
.narrow{display:block}
.narrow svg{width:100%;max-width:480px}
}
@media print{
nav{display:none}
main{padding:0;max-width:none}
body{font-size:10.5pt}
h2,h3,caption,thead{break-after:avoid}
.box{overflow:visible}
figure,tr,.warn,li{break-inside:avoid}
.found,.warn,figure svg,.legend svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.hash{font-size:7.5pt}
details::details-content{content-visibility:visible;display:block}
}
`;
