import { html, type Markup } from './markup.js'

/** A section of the page: a heading, one sentence on what to look at, and its content. */
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

/** What a section says when the run has nothing for it (yet). */
export function empty(message: string): Markup {
  return html`<p class="empty">${message}</p>`
}

/** Figures side by side where there is room. */
export function grid(figures: readonly Markup[]): Markup {
  return html`<div class="grid">${figures}</div>`
}
