import { isFar } from '../data/far.js'
import { brokenNotes } from '../data/reading.js'
import { splitMethod } from '../data/split.js'
import type { PreparedData, Scale } from '../data/types.js'
import { dataNotes, intendedUse, limitTexts } from '../export/notes.js'
import type { Verification } from '../export/agreement.js'
import { amount, budgetText } from '../report/budget.js'
import {
  formatCount,
  formatDifference,
  formatNumber,
  formatPercent,
  formatWithInterval,
} from '../report/format.js'
import { furtherText } from '../report/further-text.js'
import { unprunedDifferenceText, noiseText, removedText } from '../report/honesty.js'
import { decisionRows, decisionText, mostProbableText } from '../report/decision.js'
import { code, escaped } from '../report/markdown.js'
import { rivalTexts, rivalTitle } from '../report/rivals.js'
import { otherMetrics } from '../report/test-metrics.js'
import { attemptTexts, toleranceText } from '../report/tolerance.js'
import type { Architecture } from '../supernet/types.js'
import { isTaught, isUnpruned } from '../trial/baseline.js'
import { criterionRemedy } from '../trial/criteria/judge.js'
import type { BenchmarkFigures, KeptMetrics } from '../trial/figures.js'
import { knownTeacher } from '../trial/known-teacher.js'
import { networkToRetrain } from '../trial/retrain-architecture.js'
import type { Trial } from '../trial/types.js'
import { criterionText, modelFolderFor } from './model-folder.js'

interface CardContent {
  readonly trial: Trial
  readonly architecture: Architecture
  readonly metrics: KeptMetrics
  readonly verification: Verification
}

/** The model card in Markdown: the model, its data, results, criteria and limits, and how to load it. */
export function modelCard(content: CardContent): string {
  const { menu: passed, tolerated } = content.metrics
  const sizes = [...(tolerated ? [tolerance] : []), ...(passed && passed.length > 0 ? [menu] : [])]
  const decides = content.metrics.decision ? [decision] : []
  const sections = [about, data, inputs, results, ...decides, ...sizes, criteria, limits, usage]
  return `${sections.map((section) => section(content)).join('\n\n')}\n`
}

function about({ trial, architecture, metrics }: CardContent): string {
  const { config, schedule, supernet } = trial
  const { parameters, flops, depth } = metrics.derived
  const kept = architecture.groups.reduce((sum, group) => sum + group.kept.length, 0)
  const of = architecture.groups.reduce((sum, group) => sum + group.of, 0)
  const { removed } = metrics
  const notice = removed?.notice ?? null
  return `# ${escaped(config.name)}
${notice === null ? '' : `\n> **${notice.split(' ').map(escaped).join(' ')}**\n`}${refusal(metrics)}
A network that Sentei found in the search space ${code(supernet.space)} under the schedule ${code(schedule.name)} (seed ${metrics.seed}, backend ${metrics.backend}) and then trained ${config.retrain.from === 'scratch' ? 'from scratch' : "from the supernet's weights"}${taught(trial, architecture, metrics)}.

| | parameters | multiply-adds | depth |
| --- | ---: | ---: | ---: |
| supernet | ${formatCount(metrics.supernet.parameters)} | ${formatCount(metrics.supernet.flops)} | ${metrics.supernet.depth} |
| this model | ${formatCount(parameters)} | ${formatCount(flops)} | ${depth} |

${earlier(trial)}${made(trial)}${started(trial)}${removed ? `Removed: ${removedText(removed)}. ` : ''}Of ${of} members of the groups that are left ${kept} were kept; \`architecture.json\` lists them.${metrics.budget ? `\n\n${withinBudget(metrics.budget)}` : ''}`
}

/** Says first of all that a model does not meet its criteria. */
const refusal = (metrics: KeptMetrics): string =>
  metrics.criteria.passed
    ? ''
    : '\n> **Refused: this model does not meet the criteria that were set beforehand (below). `sentei export` writes it with `--refused` only.**\n'

/**
 * Describes the distillation from the unpruned supernet. Empty without a teacher, or if the model is the
 * unpruned supernet itself.
 */
function taught(trial: Trial, architecture: Architecture, { baseline }: KeptMetrics): string {
  const { from } = trial.config.retrain
  const known = knownTeacher(trial)
  if (known)
    return `; ${formatPercent(known.share)} of the loss compared it with a teacher from outside${furtherText(trial.config.retrain.distillation)}`
  if (!isTaught(trial) || !baseline?.teaches || baseline.diverged !== undefined) return ''
  if (from === 'scratch' && isUnpruned(trial, networkToRetrain(trial, architecture))) return ''
  const { distillation } = trial.config.retrain
  const { trees = 0, teachers = 1 } = distillation
  const first = trees > 0 ? `, which in turn learnt ${formatPercent(trees)} from boosted trees` : ''
  const by = teachers > 1 ? `the mean of ${teachers} unpruned supernets` : 'the unpruned supernet'
  const beside = furtherText(distillation)
  return `; ${formatPercent(baseline.teaches)} of the loss compared it with ${by}${first}${beside}`
}

const withinBudget = (budget: NonNullable<KeptMetrics['budget']>): string =>
  `Budget, in ${budget.metric} as the supernet counts them: ${budgetText(budget)}; the smallest legal architecture has ${formatNumber(budget.least)}.`

/** The number of searches before this one, if there were any. */
const earlier = ({ stages }: Trial): string =>
  stages ? `Searches before this one, each on what the last left: ${stages.length}.\n\n` : ''

/** The plugins without which the run cannot be repeated, if there are any. */
function made({ config: { plugins = [] } }: Trial): string {
  const texts = plugins.flatMap((each) =>
    typeof each === 'string'
      ? []
      : [`${code(each.name)} (SHA-256 ${each.sha256}): ${each.parts.map(escaped).join(', ')}`],
  )
  return texts.length === 0 ? '' : `Plugins: ${texts.join('; ')}.\n\n`
}

/** Where λ came from, if a planner derived it from past runs. */
function started({ lessons }: Trial): string {
  if (!lessons) return ''
  const { planner, runs } = lessons
  const from = runs.length > 0 ? runs.map(code).join(', ') : 'none: there were none on similar data'
  return `λ was found by the planner ${code(planner)}; past runs that it started from: ${from}.\n\n`
}

function data({ trial }: CardContent): string {
  const { dataset, splits } = trial.data
  const { split } = trial.config
  const task = dataset.task
  const names = task.kind === 'classification' ? task.classes : task.outputs
  const first = names.slice(0, 20).map(escaped).join(', ')
  const listed = names.length > 20 ? `${first} and ${names.length - 20} more` : first
  const rows = (['train', 'arch', 'validation', 'test'] as const).map(
    (name) => `${name} ${splits[name].length}`,
  )
  return `## Data

- ${code(dataset.name)}: ${task.kind} of ${listed}; ${formatCount(dataset.rows)} rows of shape [${dataset.shape.join(', ')}]
- split by ${splitMethod(trial.data.dataset, split.by)}, seed ${split.seed ?? trial.config.seed}${split.equal === 'apart' ? ', rows with equal inputs apart' : ''}; rows: ${rows.join(', ')}${dataset.unlabelled ? `; ${formatCount(dataset.unlabelled.rows)} more without a target` : ''}
- inputs scaled by the statistics of \`train\`, inside the model${farNote(trial.data)}${brokenNotes(
    dataset.reading ?? {},
  )
    .map((note) => `\n- ${escaped(note)}`)
    .join('')}
- SHA-256 ${dataset.hash}, of the splits ${dataNotes(trial.data).splits}`
}

/** Names the columns whose values a model of 32-bit floats cannot scale precisely itself. */
function farNote({ dataset: { features, task }, scaler: { input, target } }: PreparedData): string {
  const outputs = task.kind === 'classification' ? [] : task.outputs
  const isOut = ({ mean, std }: Scale, i: number) => isFar(mean[i]!, std[i]!)
  const far = [...features.filter((_, i) => isOut(input, i)), ...outputs.filter((_, j) => isOut(target, j))]
  if (far.length === 0) return ''
  const listed = [...far.slice(0, 20).map(escaped), ...(far.length > 20 ? ['…'] : [])].join(', ')
  return `, except columns far from 0, which \`outside\` in \`preprocess.json\` scales: ${listed}`
}

/** The most features that the card lists; the metadata of an ONNX export have all of them. */
const listedFeatures = 50

/** The ranges in which the model was trained. */
function inputs({ trial: { data } }: CardContent): string {
  const { features } = data.dataset
  const { ranges } = dataNotes(data)
  const lines = features.slice(0, listedFeatures).map((name, i) => {
    const [least, greatest] = ranges[i] ?? [null, null]
    return `| ${escaped(name)} | ${formatNumber(least)} | ${formatNumber(greatest)} |`
  })
  const more = features.length - lines.length
  return `## Inputs

In original units, over the rows that trained weights.

| input | least | greatest |
| --- | ---: | ---: |
${lines.join('\n')}${more > 0 ? `\n\nAnd ${formatCount(more)} more.` : ''}`
}

function results({ trial, metrics }: CardContent): string {
  const { metric, validation, test, gap, baseline, benchmark, noise, rivals = [] } = metrics
  const row = (name: string, a: number | null, b: number | null, which: 'supernet' | 'baseline' | 'final') =>
    `| ${name} | ${formatWithInterval(a, noise?.validation?.[which])} | ${formatWithInterval(b, noise?.test?.[which])} |`
  const lines = [
    row('supernet after the search', validation.supernet, test.supernet, 'supernet'),
    ...(baseline
      ? [row('supernet, retrained unpruned', baseline.validation, baseline.test, 'baseline')]
      : []),
    row('**this model**', validation.final, test.final, 'final'),
    ...rivals.map((rival) => {
      const [a, b] = (['validation', 'test'] as const).map((split) =>
        formatWithInterval(rival[split], rival.noise[split]?.interval),
      )
      return `| ${escaped(rivalTitle(rival))}, to compare | ${a} | ${b} |`
    }),
  ]
  return `## Results

| ${metric} | validation | test |
| --- | ---: | ---: |
${lines.join('\n')}
${brackets(metrics)}${others(metrics)}${rivalNotes(metrics, trial.config.rivals)}
Discretization gap (${metric} lost; positive is worse): ${formatDifference(gap.jumps)} by removals and projections during the search, ${formatDifference(gap.derive)} by deriving with gate values kept, ${formatDifference(gap.gatesDropped)} by dropping gate values before retraining. No choice was based on the test rows.${benchmark ? `\n\n${standing(benchmark)}` : ''}`
}

/** What the rivals say of the data and of the model, a paragraph each. */
const rivalNotes = (metrics: KeptMetrics, asked: readonly string[] | undefined): string =>
  rivalTexts(metrics, asked)
    .map((text) => `\n${text.charAt(0).toUpperCase()}${text.slice(1)}.\n`)
    .join('')

/** The other metrics on test; empty without test rows, and in older runs. */
function others(metrics: KeptMetrics): string {
  const listed = otherMetrics(metrics).map(([name, value]) => `${escaped(name)} ${value}`)
  return listed.length === 0 ? '' : `\nThis model on test: ${listed.join(', ')}.\n`
}

/** How uncertain the metrics are. */
function brackets(metrics: KeptMetrics): string {
  const [noise, difference] = [noiseText(metrics), unprunedDifferenceText(metrics)]
  const less = difference === null ? '' : ` This model minus the unpruned one: ${difference}.`
  return noise === null
    ? less && `\n${less.trim()}\n`
    : `\n${noise.charAt(0).toUpperCase()}${noise.slice(1)}.${less}\n`
}

function standing({ table, metric, architecture, rank, of, percentile, regret }: BenchmarkFigures): string {
  if (rank === null) return `The table ${code(table)} does not know the architecture ${code(architecture)}.`
  return `In the table ${code(table)} the architecture ${code(architecture)} has rank ${formatCount(rank)} of ${formatCount(of)} by ${code(metric)} (percentile ${formatNumber(percentile)}), ${formatNumber(regret)} from the best.`
}

/** How a class is decided for, which the LayersModel leaves to its caller, and what that comes to. */
function decision({ metrics }: CardContent): string {
  const words = decisionText(metrics)!.split(' ').map(escaped).join(' ')
  const figures = decisionRows(metrics)
  const plain = mostProbableText(metrics).replace(/,$/, '')
  const table = `

| on test | ${figures.map(([name]) => escaped(name)).join(' | ')} |
| --- |${figures.map(() => ' ---: |').join('')}
| **this decision** | ${figures.map(([, decided]) => decided).join(' | ')} |
| ${plain} | ${figures.map(([, , mostProbable]) => mostProbable).join(' | ')} |`
  return `## Decision

The model decides ${words}. The LayersModel gives probabilities; \`sentei predict\` and the label of an ONNX export decide so.${figures.length === 0 ? '' : table}`
}

/** Lists what was retrained to find the smallest size within the tolerance. */
function tolerance({ metrics }: CardContent): string {
  const text = toleranceText(metrics)!
  return `## Tolerance

${text.slice(0, 1).toUpperCase()}${text.slice(1)}. Retrained, in this order:

${attemptTexts(metrics)
  .map((line) => `- ${line}`)
  .join('\n')}`
}

/** Lists the other sizes that the search kept. */
function menu({ metrics }: CardContent): string {
  const lines = metrics.menu!.map(
    ({ size, cost, before, after }) =>
      `| ${size} | ${amount(cost)} | ${formatNumber(before)} | ${formatNumber(after)} |`,
  )
  return `## Menu

Architectures of the sizes that the search reached, in \`menu/\`; ${metrics.tolerated ? 'those under Tolerance were retrained' : 'not retrained'}. ${metrics.metric} on validation, of the supernet as it stood then and with only the architecture's members open.

| size | ${metrics.budget!.metric} | supernet | architecture |
| ---: | ---: | ---: | ---: |
${lines.join('\n')}`
}

function criteria({ metrics }: CardContent): string {
  const { results: judged } = metrics.criteria
  const lines = judged.map((criterion) => {
    const remedy = criterion.passed ? '' : criterionRemedy(criterion)
    return `- ${criterion.passed ? 'met' : 'NOT met'}: ${escaped(criterionText(criterion))}${remedy && `; what may help: ${remedy}`}`
  })
  return `## Criteria set beforehand\n\n${lines.length > 0 ? lines.join('\n') : 'None.'}`
}

function limits({ trial, verification }: CardContent): string {
  const lines = [
    ...limitTexts(dataNotes(trial.data), 'the table of inputs'),
    `The export was reloaded and compared on ${verification.rows} rows: relative difference below 1e-4.`,
  ]
  return `## Limits\n\n${lines.map((line) => `- ${line}`).join('\n')}`
}

function usage({ trial, metrics }: CardContent): string {
  const { shape, task } = trial.data.dataset
  const output = task.kind === 'classification' ? 'probabilities, one a class' : 'values in original units'
  const use = intendedUse(task, trial.data.dataset.name).split(' ').map(escaped).join(' ')
  return `## Use

${use}

\`\`\`js
import * as tf from '@tensorflow/tfjs' // serve the folder ${modelFolderFor(metrics)}/ over HTTP
const model = await tf.loadLayersModel('http://127.0.0.1:8080/model.json')
const input = tf.zeros([1, ${shape.join(', ')}]) // rows in original units
const output = model.predict(input) // ${output}
output.print()
\`\`\`

Or \`sentei predict MODEL --data FILE\`, which reads raw records by \`preprocess.json\`.`
}
