import { amount, budgetText } from './budget.js'
import {
  formatCount,
  formatDifference,
  formatNumber,
  formatSeconds,
  formatSi,
  formatWithInterval,
  nothing,
} from './format.js'
import { decisionNote } from './decision.js'
import { evaluationsOf, startOf } from './history.js'
import { unprunedDifferenceText, noiseText, removedText } from './honesty.js'
import { html, type Markup } from './markup.js'
import { notice, runState } from './notice.js'
import { criterionName } from '../trial/criteria/judge.js'
import { rivalSize, rivalTexts, rivalTitle } from './rivals.js'
import type { Figure, Run, RunCriterion } from './run.js'
import { metricTitle } from '../objective/metric-title.js'
import { testMetrics } from './test-metrics.js'
import { attemptTexts, toleranceText } from './tolerance.js'

/** The head of the page: what was searched, whether the criteria were met, and the results in numbers. */
export function summary(run: Run): Markup {
  const { config } = run
  const start = startOf(run.events)
  const facts = [
    ['space', start?.space ?? config.supernet?.space],
    ['data', config.data?.source ?? config.data?.file],
    ['seed', start?.seed ?? config.seed],
    ['backend', start?.backend ?? config.backend],
    ['metric', titleOf(metricName(run))],
  ] as const
  const verdict = runState(run)
  return html`<header id="summary">
    <div class="title">
      <h1>${runName(run)}</h1>
      <span class="verdict ${verdict.kind}">${verdict.text}</span>
    </div>
    ${removalNotice(run)} ${notice(run)}
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value ?? nothing}</dd>
          </div> `,
      )}
    </dl>
    <p class="hint">
      Compare the derived network with the others: it should be much smaller at nearly the same metric. The
      gaps at removals and with gates kept should be near zero. The gap with gates dropped is measured before
      retraining and may be large. Retraining repairs it: the last row shows the retrained network.
    </p>
    ${resultTable(run)} ${noiseNote(run)} ${rivalNotes(run)} ${growthNote(run)} ${gapAndTime(run)}
    ${testMetrics(run)} ${decisionNote(run)} ${attempts(run)} ${menuTable(run)} ${criteria(run)}
  </header> `
}

/** The name of the run, from its configuration or its start event. */
export function runName(run: Run): string {
  return run.config.name ?? startOf(run.events)?.name ?? 'run'
}

const titleOf = (metric: string | undefined): string | undefined => metric && metricTitle(metric)

function metricName(run: Run): string | undefined {
  return run.metrics?.metric ?? startOf(run.events)?.metric
}

function resultTable(run: Run): Markup {
  const { metrics } = run
  const baseline = evaluationsOf(run.events, 'baseline').at(-1)
  const { validation: onValidation, test: onTest } = metrics?.noise ?? {}
  const rows: [string, Figure, Figure, Figure, Figure, 'supernet' | 'baseline' | 'final'][] = [
    [
      'supernet: size before, metric after the search',
      metrics?.supernet?.parameters ?? startOf(run.events)?.parameters,
      metrics?.supernet?.flops,
      metrics?.validation?.supernet ?? evaluationsOf(run.events, 'search').at(-1)?.validation,
      metrics?.test?.supernet,
      'supernet',
    ],
  ]
  if (baseline || metrics?.baseline) {
    rows.push([
      'baseline: the supernet, retrained unpruned',
      metrics?.baseline?.parameters ?? baseline?.parameters,
      metrics?.baseline?.flops,
      metrics?.baseline?.validation ?? metrics?.validation?.baseline ?? baseline?.validation,
      metrics?.baseline?.test ?? metrics?.test?.baseline,
      'baseline',
    ])
  }
  rows.push([
    'derived network, retrained',
    metrics?.derived?.parameters ?? evaluationsOf(run.events, 'retrain').at(-1)?.parameters,
    metrics?.derived?.flops,
    metrics?.validation?.final ?? evaluationsOf(run.events, 'retrain').at(-1)?.validation,
    metrics?.test?.final,
    'final',
  ])
  const metric = metricName(run) ?? 'metric'
  const body = rows.map(
    ([name, parameters, flops, validation, test, which]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="number">${formatCount(parameters)}</td>
        <td class="number">${formatSi(flops)}</td>
        <td class="number">${formatWithInterval(validation, onValidation?.[which])}</td>
        <td class="number">${formatWithInterval(test, onTest?.[which])}</td>
      </tr> `,
  )
  const rivals = (metrics?.rivals ?? []).map(
    (rival) =>
      html`<tr>
        <th scope="row">${rivalTitle(rival)}, to compare</th>
        <td class="number">${rivalSize(rival)}</td>
        <td class="number">${nothing}</td>
        <td class="number">${formatWithInterval(rival.validation, rival.noise?.validation?.interval)}</td>
        <td class="number">${formatWithInterval(rival.test, rival.noise?.test?.interval)}</td>
      </tr> `,
  )
  return html`<div class="scroll">
    <table class="results">
      <thead>
        <tr>
          <th></th>
          <th class="number">parameters</th>
          <th class="number">FLOPs</th>
          <th class="number">${metric}, validation</th>
          <th class="number">${metric}, test</th>
        </tr>
      </thead>
      <tbody>
        ${body} ${rivals}
      </tbody>
    </table>
  </div>`
}

/** A notice that the search removed almost nothing. */
function removalNotice({ metrics }: Run): Markup | null {
  const notice = metrics?.removed?.notice
  return notice ? html`<p class="failed notice"><b>${sentence(notice)}</b></p> ` : null
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`

function noiseNote({ metrics }: Run): Markup | null {
  const text = metrics && noiseText(metrics)
  return text ? html`<p class="note">${sentence(text)}</p> ` : null
}

/** What the rivals say of the data and of the network. */
const rivalNotes = ({ metrics, config }: Run): Markup[] =>
  metrics
    ? rivalTexts(metrics, config.rivals).map((text) => html`<p class="note">${sentence(text)}</p> `)
    : []

/** A note on why the retrained unpruned network has more parameters than the supernet. */
function growthNote({ metrics, config }: Run): Markup | null {
  const [before, after] = [metrics?.supernet?.parameters, metrics?.baseline?.parameters]
  if (before == null || after == null || after <= before) return null
  const { options = {}, auxiliary = 0 } = config.retrain ?? {}
  const reason =
    Object.keys(options).length > 0 || auxiliary > 0 ? 'config.retrain asks for a larger network, and ' : ''
  return html`<p class="note">
    Retrained networks have more parameters than the search counts (the unpruned one
    ${formatCount(after - before)}): ${reason}their batch normalizations learn a scale and a shift for each
    channel; while gates are searched they have none, which would stand in for a gate.
  </p> `
}

function gapAndTime({ metrics, timings }: Run): Markup {
  const figures: [string, string][] = [
    ['gap: jumps at removals', formatDifference(metrics?.gap?.jumps)],
    ['gap: derived, gates kept', formatDifference(metrics?.gap?.derive)],
    ['gap: gates dropped, before retraining', formatDifference(metrics?.gap?.gatesDropped)],
    ['search time', formatSeconds(timings?.searchSeconds)],
    ['retrain time', formatSeconds(timings?.retrainSeconds)],
  ]
  if (timings?.baselineSeconds != null)
    figures.push(['baseline time', formatSeconds(timings.baselineSeconds)])
  else if (timings && metrics?.baseline) figures.push(['baseline time', 'none: the same network'])
  if (metrics?.removed) figures.push(['removed', removedText(metrics.removed)])
  const difference = metrics && unprunedDifferenceText(metrics)
  if (difference) figures.push(['derived minus unpruned', difference])
  const budget = metrics?.budget
  if (budget) figures.push([`budget: ${budget.metric}`, budgetText(budget)])
  const benchmark = metrics?.benchmark
  if (benchmark)
    figures.push(
      [`rank by ${benchmark.metric} in ${benchmark.table}`, rankText(benchmark)],
      ['regret to the best there', formatNumber(benchmark.regret)],
    )
  return html`<dl class="figures">
    ${figures.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div> `,
    )}
  </dl>`
}

/** Lists what was retrained to find the smallest size within the tolerance. */
function attempts({ metrics }: Run): Markup | null {
  const text = metrics && toleranceText(metrics)
  if (!text) return null
  return html`<p class="note">${sentence(text)}</p>
    <ul class="criteria">
      ${attemptTexts(metrics).map((line) => html`<li>${line}</li> `)}
    </ul>`
}

/** Lists the architectures of other sizes that the search kept. */
function menuTable(run: Run): Markup | null {
  const { menu, budget } = run.metrics ?? {}
  if (!menu || menu.length === 0) return null
  const metric = metricName(run) ?? 'metric'
  const rows = menu.map(
    ({ size, cost, before, after }) =>
      html`<tr>
        <th scope="row">menu ${formatNumber(size)}</th>
        <td class="number">${amount(cost)}</td>
        <td class="number">${formatNumber(before)}</td>
        <td class="number">${formatNumber(after)}</td>
      </tr> `,
  )
  return html`<div class="scroll">
    <table class="results">
      <thead>
        <tr>
          <th></th>
          <th class="number">${budget?.metric ?? 'cost'}</th>
          <th class="number">${metric}, validation: of the supernet at that size</th>
          <th class="number">of this network alone, before retraining</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function rankText({ rank, of, percentile }: { rank?: Figure; of?: Figure; percentile?: Figure }): string {
  if (rank == null) return 'not in it'
  return `${formatCount(rank)} of ${formatCount(of)} (percentile ${formatNumber(percentile)})`
}

function criteria({ config, metrics }: Run): Markup | null {
  if (!config.criteria || config.criteria.length === 0) return null
  const items = config.criteria.map((criterion, i) => {
    const result = metrics?.criteria?.results?.[i]
    const mark = result?.passed === undefined ? '' : result.passed ? '✓ ' : '✕ '
    const where = result?.where === undefined ? '' : ` (${result.where})`
    const value = result?.value == null ? '' : `: ${formatNumber(result.value)}${where}`
    return html`<li>${mark}${criterionText(criterion)}${value}</li> `
  })
  return html`<ul class="criteria">
    ${items}
  </ul>`
}

function criterionText(criterion: RunCriterion): string {
  const { atLeast, atMost } = criterion
  const bounds = [
    atLeast === undefined ? [] : [`at least ${formatNumber(atLeast)}`],
    atMost === undefined ? [] : [`at most ${formatNumber(atMost)}`],
  ]
  return `${criterionName(criterion)} ${bounds.flat().join(' and ')}`
}
