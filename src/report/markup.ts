/** HTML that is known to be safe, made by `html` from escaped text or by `trusted`. */
export interface Markup {
  readonly markup: string
}

type Value = Markup | string | number | null | undefined | readonly Value[]

/** Builds markup from a template. Every value that is not markup itself is escaped. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return { markup: strings.reduce((text, part, i) => text + render(values[i - 1]) + part) }
}

/** Marks text as safe markup without escaping it, for example an SVG from a renderer. */
export function trusted(markup: string): Markup {
  return { markup }
}

/** Escapes text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function render(value: Value): string {
  if (value == null) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return 'markup' in value ? value.markup : value.map(render).join('')
}
