import { html, type Markup } from './markup.js'

/** A section of the page: a heading, a sentence on what to look for, and its content. */
export function section(id: string, title: string, hint: string, content: Markup | Markup[]): Markup {
  return html`<section id="${id}">
    <h2>${title}</h2>
    <p class="hint">${hint}</p>
    ${content}
  </section> `
}

/** A chart or drawing with its caption. */
export function figure(caption: string | Markup, drawing: Markup, note?: string): Markup {
  return html`<figure>
    <figcaption>${caption}</figcaption>
    ${drawing}${note ? html`<p class="note">${note}</p>` : null}
  </figure> `
}

/** The text of a section for which the run has nothing (yet). */
export function empty(message: string): Markup {
  return html`<p class="empty">${message}</p>`
}

/** Figures side by side if there is room. */
export function grid(figures: readonly Markup[]): Markup {
  return html`<div class="grid">${figures}</div>`
}
