const $ = (selector) => document.querySelector(selector)
const make = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...children)
  return element
}
const share = (value) => (value === null ? '–' : value.toFixed(4))

/** What a stage is called, and how many steps it has. */
const stages = {
  search: { title: 'Searching: the supernet trains and is pruned', steps: 1, points: [] },
  baseline: { title: 'Training the unpruned network, which teaches', steps: 1, points: [] },
  retrain: { title: 'Retraining what is left', steps: 1, points: [] },
}

const on = {
  start({ groups, steps, retrainSteps }) {
    stages.search.steps = steps
    stages.baseline.steps = stages.retrain.steps = retrainSteps
    const member = (name) => make('span', { className: 'member' }, name)
    $('#groups').replaceChildren(
      ...groups.map(({ name, members }) => {
        const group = make(
          'div',
          { className: 'group' },
          make('span', { className: 'name' }, name),
          ...members.map(member),
        )
        group.dataset.name = name
        return group
      }),
    )
  },
  removal({ group, members }) {
    const found = $(`[data-name="${CSS.escape(group)}"]`)
    for (const member of found.querySelectorAll('.member'))
      if (members.includes(member.textContent)) member.classList.add('gone')
  },
  evaluation({ stage, step, validation, parameters, stepMs }) {
    const { title, steps, points } = stages[stage]
    $('#stage').textContent = title
    $('progress').value = step / steps
    $('#now').textContent =
      `step ${step} of ${steps} · ${parameters.toLocaleString('en')} parameters · ` +
      `validation ${share(validation)} · ${stepMs.toFixed(1)} ms a step`
    points.push(`${(100 * step) / steps},${100 - 100 * (validation ?? 0)}`)
    $(`polyline.${stage}`).setAttribute('points', points.join(' '))
  },
}

const show = {
  event: (event) => on[event.type]?.(event),
  found({ metrics, seconds, digits, weights, files }) {
    const { supernet, baseline, derived, validation, test } = metrics
    const rows = [
      ['supernet', supernet.parameters, validation.supernet, test.supernet],
      ...(baseline ? [['unpruned, retrained', baseline.parameters, baseline.validation, baseline.test]] : []),
      ['derived, retrained', derived.parameters, validation.final, test.final],
    ]
    $('tbody').replaceChildren(
      ...rows.map(([name, parameters, ...values]) =>
        make(
          'tr',
          {},
          make('th', {}, name),
          make('td', {}, parameters.toLocaleString('en')),
          ...values.map((value) => make('td', {}, share(value ?? null))),
        ),
      ),
    )
    $('#stage').textContent = 'Done'
    $('#seconds').textContent = `${seconds.toFixed(1)} seconds.`
    $('#weights').textContent = weights
    $('#links').append(
      ...Object.entries(files).map(([name, bytes]) => link(name, new Blob([bytes]), { download: name })),
    )
    $('#digits').replaceChildren(...digits.map(drawn))
    $('#found').hidden = $('#shown').hidden = false
  },
  report: (page) =>
    $('#links').append(link('report', new Blob([page], { type: 'text/html' }), { target: '_blank' })),
  failed(message) {
    $('#stage').textContent = 'Failed'
    $('#now').textContent = message
  },
}

const link = (name, blob, properties) =>
  make('a', { className: 'button', href: URL.createObjectURL(blob), ...properties }, name)

/** A digit as a picture, and what the network says that it is. */
function drawn({ said, label, pixels }) {
  const canvas = make('canvas', { width: 8, height: 8 })
  const rgba = Array.from(pixels, (ink) => [...Array(3).fill(255 - 15 * ink), 255]).flat()
  canvas.getContext('2d').putImageData(new ImageData(Uint8ClampedArray.from(rgba), 8, 8), 0, 0)
  return make(
    'figure',
    { title: `is ${label}` },
    canvas,
    make('figcaption', { className: said === label ? '' : 'wrong' }, String(said)),
  )
}

$('form').onsubmit = (submitted) => {
  submitted.preventDefault()
  $('main').hidden = false
  $('button').disabled = true
  const { space, seed, epochs } = $('form').elements
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data: { type, content } }) => {
    show[type](content)
    // For whoever drives this page: what came last of each kind.
    window.sentei = { ...window.sentei, [type]: content }
  }
  worker.onerror = ({ message }) => show.failed(message)
  worker.postMessage({ space: space.value, seed: Number(seed.value), epochs: Number(epochs.value) })
}
