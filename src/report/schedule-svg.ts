import { formatNumber } from './format.js'
import { lambdaMaps, type LambdaChart } from './lambda-map.js'
import { escapeHtml } from './markup.js'

/** The colours of the report, so that the drawing is self-contained. */
const colours = `
svg { --page: #ffffff; --ink: #1b1f24; --muted: #57606a; --cell: #e9edf2; --heat: #0b4f8a; --rule: #8c959f; color: var(--ink); }
@media (prefers-color-scheme: dark) {
  svg { --page: #14171b; --ink: #e6e9ed; --muted: #9ba5b0; --cell: #272d35; --heat: #7cc4ff; --rule: #7d8894; }
}`

const titleHeight = 26
const captionHeight = 18

/** A schedule as one SVG file that loads nothing: a heat map of λ by layer and iteration for each term. */
export function scheduleSvg(title: string, chart: LambdaChart): string {
  let top = titleHeight
  const maps = lambdaMaps(chart)
  const parts = maps.map(({ term, peak, svg, height }) => {
    const caption = `<text x="4" y="${top + 13}" font-size="12" fill="var(--ink)"><tspan font-weight="600">${escapeHtml(term)}</tspan> <tspan fill="var(--muted)">0 to ${formatNumber(peak)}</tspan></text>`
    // The chart's own style is for an element of a page; it does not fit a part of a drawing.
    const drawing = svg.markup
      .replace(/<style>[^]*?<\/style>/, '')
      .replace('<svg ', `<svg y="${top + captionHeight}" `)
    top += captionHeight + height
    return `${caption}\n${drawing}`
  })
  const width = maps[0]?.width ?? 400
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" font-family="system-ui, sans-serif">`,
    `<title>${escapeHtml(title)}</title>`,
    `<style>${colours}\n</style>`,
    `<rect width="100%" height="100%" fill="var(--page)"/>`,
    `<text x="4" y="17" font-size="14" font-weight="600" fill="var(--ink)">${escapeHtml(title)}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}
