/** The style of the page: readable at 390 px, tables and figures in boxes of their own, print without colour loss. */
export const styleSheet = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;color-scheme:light}
body{margin:0;background:#fff;color:#1a1a1a;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
main{max-width:928px;margin:0 auto;padding:40px 24px 64px}
h1,h2,.question,.lead{font-family:Charter,"Bitstream Charter","Source Serif 4",Georgia,Cambria,serif}
h1{font-size:32px;line-height:1.2;margin:0 0 8px}
h2{font-size:24px;line-height:1.25;margin:56px 0 12px;padding-top:12px;border-top:2px solid #1a1a1a}
#answer h2{margin-top:28px}
h3{font-size:16px;line-height:1.4;margin:24px 0 6px}
p,ul,dl{margin:0 0 12px}
p,li,dd{max-width:72ch}
.small,figcaption{max-width:92ch}
ul{padding-left:20px}
li{margin-bottom:6px}
.kind,.small,figcaption{color:#4b5563;font-size:14px}
.kind{margin:0 0 6px}
.question{font-size:20px;line-height:1.4;font-style:italic;color:#374151;margin:0}
.lead{font-size:22px;line-height:1.4;margin-bottom:16px}
.warn{border:1px solid #b45309;border-left:6px solid #b45309;background:#fff8eb;padding:10px 16px 4px;margin:20px 0}
.warn h3{margin-top:0}
.box{overflow-x:auto;margin:20px 0 28px}
.box:focus-visible{outline:2px solid #0072b2;outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.4;font-variant-numeric:tabular-nums}
caption{text-align:left;color:#4b5563;padding-bottom:10px}
th,td{text-align:left;vertical-align:baseline;padding:5px 8px;font-weight:400}
th:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:600;border-bottom:1.5px solid #1a1a1a;vertical-align:bottom}
tbody tr+tr{border-top:1px solid #eceff3}
.n{text-align:right}
.ci{color:#4b5563;white-space:nowrap;font-weight:400}
.main{border-bottom:1.5px solid #1a1a1a}
.main tr.region th{padding-top:16px;font-weight:700;border-bottom:1px solid #9ca3af}
.main tbody tr:not(.region) th{padding-left:19px;position:relative}
.main td{white-space:nowrap}
.joint{font-weight:400;color:#4b5563;font-size:13px;margin-left:8px}
.joint span{white-space:nowrap}
.found{background:#eaf3f9}
.found th,.found td{font-weight:700}
.found .ci{color:#1a1a1a}
.mark{color:#0072b2;position:absolute;left:2px}
.notes{margin-top:-16px}
.tag{display:inline-block;font-size:11px;font-weight:400;line-height:1.5;border:1px solid #6b7280;border-radius:3px;padding:0 4px;color:#4b5563;vertical-align:1px}
figure{margin:36px 0 0}
figure h3{margin:0 0 6px}
figcaption{margin-top:8px}
figure svg{display:block;max-width:100%;height:auto}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 18px;padding:0;margin:0 0 8px;font-size:13px;color:#374151}
.legend li{display:inline-flex;align-items:center;gap:5px;margin:0}
.legend svg{flex:none}
.narrow{display:none}
dl{display:grid;grid-template-columns:minmax(120px,240px) 1fr;gap:4px 20px;font-size:15px}
dt{color:#4b5563;overflow-wrap:anywhere}
dd{margin:0;overflow-wrap:anywhere}
.hash{font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
summary{cursor:pointer;font-weight:600;margin-bottom:12px}
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
.main tbody tr:not(.region) th{padding-left:15px}
.main th:last-child,.main td:last-child{padding-right:0}
.wideonly{display:none}
.main .ci{display:block}
.joint{display:block;margin:2px 0 0;max-width:calc(100vw - 32px)}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:8px}
.wide{display:none}
.narrow{display:block}
.narrow svg{width:100%;max-width:480px}
}
@media print{.box{overflow:visible}figure,tbody{break-inside:avoid}body{font-size:11pt}.found{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
