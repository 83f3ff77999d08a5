import { escapeHtml } from "./html-text.ts";
import { styleSheet } from "./style.ts";

/** One self-contained HTML page: no scripts, no network, no dates.
 * @param version of the package that wrote it, if that is to be said. @param body HTML of its main part. */
export function pageHtml({
  title,
  version,
  body,
}: {
  readonly title: string;
  readonly version?: string;
  readonly body: string;
}): string {
  const generator =
    version === undefined ? "" : `<meta name="generator" content="simcortex ${escapeHtml(version)}" />\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
${generator}<title>${escapeHtml(title)}</title>
<style>${styleSheet}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}
