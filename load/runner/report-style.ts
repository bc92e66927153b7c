// How a report looks: inline, light or dark as the system is, readable on a phone and on paper.

export const STYLE = `
:root{color-scheme:light dark;--page:#fafaf8;--card:#fff;--text:#1c1e21;--soft:#62676e;--rule:#e3e4e0;--one:#2563c9;--two:#c2570c;--three:#0d8577;--four:#8a4bc0;--bad:#c62828;--good:#1f7a3d;--badpage:#fdecea}
@media(prefers-color-scheme:dark){:root{--page:#16181b;--card:#1e2125;--text:#e9eaec;--soft:#9aa1aa;--rule:#33383f;--one:#6ea8ff;--two:#ff9d57;--three:#4fcdbb;--four:#c79bf2;--bad:#ff7b72;--good:#5fcf85;--badpage:#3a1d1d}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:0 0 2px}
p{margin:4px 0}.soft,figcaption,.lead{color:var(--soft)}.lead{font-size:13px;margin:0 0 8px}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:16px;margin-top:16px;break-inside:avoid}
.verdict{font-weight:700;letter-spacing:.03em;color:var(--good)}
.running{color:var(--one)}#state:empty{display:none}#state{position:sticky;bottom:0;margin:0;padding:8px 16px;text-align:center;color:var(--soft);background:var(--card);border-top:1px solid var(--rule)}
.void{background:var(--badpage);border-color:var(--bad)}.void .verdict,.bad-text{color:var(--bad)}.void ul:not(.soft) li{color:var(--bad)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(118px,1fr));gap:14px 18px;margin-top:10px}
.figures b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums;white-space:nowrap}.figures span{font-size:12.5px;color:var(--soft)}
.figures .main{grid-column:span 2}.figures .main b{font-size:34px}
figure{margin:0}figcaption{font-size:12.5px;display:flex;flex-wrap:wrap;gap:2px 16px}
.key i{display:inline-block;width:16px;height:0;border-top:3px solid;margin-right:6px;vertical-align:4px}.key.dots i{width:9px;height:9px;border:0;border-radius:50%;background:currentColor;vertical-align:0}
.key.bars i{width:10px;height:10px;border:0;background:currentColor;opacity:.75;vertical-align:-1px}.key.dashed i{border-top-style:dashed}
.key.one i{color:var(--one)}.key.two i{color:var(--two)}.key.three i{color:var(--three)}.key.four i{color:var(--four)}.key.bad i{color:var(--bad)}.key.quiet i{color:var(--soft)}
svg{display:block;width:100%;height:auto}svg.narrow{display:none}
svg text{font:12px system-ui,sans-serif;fill:var(--soft)}svg text.said{fill:var(--text);font-weight:600}svg text.said.bad{fill:var(--bad)}
.grid{stroke:var(--rule);stroke-width:1}.mark{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4}.mark.bad{stroke:var(--bad)}.mark.three{stroke:var(--three)}
polyline{fill:none;stroke-width:2.2;stroke-linejoin:round}polyline.dashed{stroke-dasharray:5 4;stroke-width:1.6}
.one{--tone:var(--one)}.two{--tone:var(--two)}.three{--tone:var(--three)}.four{--tone:var(--four)}.bad{--tone:var(--bad)}.quiet{--tone:var(--soft)}
polyline.one,polyline.two,polyline.three,polyline.four,polyline.bad,polyline.quiet{stroke:var(--tone)}.dot,.bar{fill:var(--tone)}.bar{opacity:.75}
rect.band{fill:var(--tone);opacity:.17}.cell{fill:color-mix(in srgb,var(--tone) var(--s),var(--card));shape-rendering:crispEdges}.key.band i{width:14px;height:10px;border:0;background:currentColor;opacity:.3;vertical-align:-1px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}th,td{padding:4px 12px 4px 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--soft);font-weight:500}th:first-child,td:first-child{text-align:left}.words{text-align:left;white-space:normal;min-width:110px}tr.sum td{font-weight:650}
.facts td{white-space:normal;overflow-wrap:anywhere}.facts td:first-child{overflow-wrap:normal}
.columns{display:grid;grid-template-columns:1fr 1fr;gap:0 32px}
.basis{margin-top:8px;overflow-wrap:anywhere}
table.card td{padding:6px 10px}table.card td:first-child{padding-left:0}table.card td b,table.card td span{display:block}table.card td span{font-size:12px;color:var(--soft)}table.card .held{background:color-mix(in srgb,var(--good) 16%,transparent)}table.card .failed{background:color-mix(in srgb,var(--bad) 16%,transparent)}table.card .failed b{color:var(--bad)}table.card th:first-child,table.card td:first-child{position:sticky;left:0;background:var(--card);font-weight:650}
pre{margin:6px 0 0;padding:10px 12px;background:var(--page);border:1px solid var(--rule);border-radius:6px;font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
ul{margin:6px 0;padding-left:20px}
@media(max-width:620px){.words{min-width:320px}svg.wide{display:none}svg.narrow{display:block}.columns{grid-template-columns:1fr}main{padding:16px 10px 40px}section{padding:12px}}
`;
