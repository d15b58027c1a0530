/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page around reports: all of its looks stand in it, and it may load and run nothing.
 */
#include "report/html_write.h"
#include "report/report.h"

static const char style_sheet[] =
	":root { color-scheme: light dark; --back: #fff; --card: #f5f6f8; --text: #1a1c20;\n"
	"  --dim: #5b616b; --line: #d5d9e0; --info: #0b6e8f; --warning: #8a5a00;\n"
	"  --critical: #b3261e; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"  :root { --back: #15171b; --card: #1f2228; --text: #e6e8ec; --dim: #a0a7b3;\n"
	"    --line: #383d47; --info: #5cc4e6; --warning: #f0b34a; --critical: #ff8a80; } }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0; background: var(--back); color: var(--text);\n"
	"  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }\n"
	"main { max-width: 70rem; margin: 0 auto; padding: 1rem; }\n"
	"h1 { font-size: 1.4rem; line-height: 1.3; }\n"
	"h2, h3, caption { font-size: 1.05rem; line-height: 1.4; }\n"
	"p { margin: .3rem 0; }\n"
	".dim { color: var(--dim); font-size: .9rem; }\n"
	"details { border-top: 1px solid var(--line); padding: .5rem 0; }\n"
	"summary { cursor: pointer; }\n"
	"summary h2 { display: inline; }\n"
	".finding { background: var(--card); border-left: .3rem solid var(--line);\n"
	"  border-radius: .3rem; padding: .6rem .9rem; margin: .8rem 0; }\n"
	".finding h2, .finding h3 { margin: .2rem 0 .5rem; }\n"
	".info { border-color: var(--info); }\n"
	".warning { border-color: var(--warning); }\n"
	".critical { border-color: var(--critical); }\n"
	".info b { color: var(--info); }\n"
	".warning b { color: var(--warning); }\n"
	".critical b { color: var(--critical); }\n"
	".wide { overflow-x: auto; margin: .8rem 0; }\n"
	"table { border-collapse: collapse; overflow-wrap: normal; }\n"
	"caption { text-align: left; font-weight: bold; padding: .3rem 0; }\n"
	"th, td { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0;\n"
	"  border-bottom: 1px solid var(--line); }\n"
	"th[scope=row] { font-weight: normal; }\n"
	".number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }\n"
	".unknown { color: var(--dim); font-style: italic; }\n"
	".depth1 { padding-left: 1.5rem; }\n"
	".depth2 { padding-left: 3rem; }\n"
	"pre { background: var(--back); border: 1px solid var(--line); border-radius: .3rem;\n"
	"  padding: .5rem; margin: .5rem 0; overflow-x: auto; }\n"
	"@media print { pre { white-space: pre-wrap; } }\n";

int mw_report_html_begin(const char *title, FILE *out)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\""
	      " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>",
	      out);
	mw_html_text(out, title);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<p class=\"dim\">",
		style_sheet);
	mw_html_text(out, title);
	fputs("</p>\n", out);
	return 0;
}

int mw_report_html_end(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
	return 0;
}
