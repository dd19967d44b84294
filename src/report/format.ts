/** Shown instead of a number that does not exist yet or is not finite. */
export const nothing = '–'

/** Whether a value of a JSON file is a finite number; NaN and infinities are null there. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** A whole number with thousands separators: `41,223`. */
export function formatCount(value: unknown): string {
  return isNumber(value) ? Math.round(value).toLocaleString('en-US') : nothing
}

/** A number with four significant digits: `0.9312`, `12.35`, `41,223`, `3.10e-7`, `1.00e+38`. */
export function formatNumber(value: unknown): string {
  if (!isNumber(value)) return nothing
  const size = Math.abs(value)
  if ((size !== 0 && size < 1e-4) || size >= 1e15) return value.toExponential(2)
  return size >= 1e4 ? formatCount(value) : String(Number(value.toPrecision(4)))
}

/** A number with its sign, for differences: `+0.012`, `−0.003`. */
export function formatDifference(value: unknown): string {
  if (!isNumber(value) || value === 0) return formatNumber(value)
  return `${value > 0 ? '+' : '−'}${formatNumber(Math.abs(value))}`
}

/** A number with its interval, if it has one: `0.9825 [0.9561, 1]`. */
export function formatWithInterval(value: unknown, interval: readonly unknown[] | null | undefined): string {
  return interval ? `${formatNumber(value)} [${interval.map(formatNumber).join(', ')}]` : formatNumber(value)
}

/** A difference with its interval, if it has one: `−0.0175 [−0.0439, +0.0088]`. */
export function formatDifferenceWithInterval(
  value: unknown,
  interval: readonly unknown[] | null | undefined,
): string {
  const difference = formatDifference(value)
  return interval ? `${difference} [${interval.map(formatDifference).join(', ')}]` : difference
}

/** A share in percent: `41 %`, `99.6 %`. */
export function formatPercent(share: unknown): string {
  return isNumber(share) ? `${Number((100 * share).toPrecision(3))} %` : nothing
}

/** A large count with an SI prefix: `41.2 k`, `3.07 M`, `1.2 G`. */
export function formatSi(value: unknown): string {
  if (!isNumber(value)) return nothing
  const steps: [number, string][] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ]
  const step = steps.find(([size]) => Math.abs(value) >= size)
  if (!step) return formatCount(value)
  return `${Number((value / (step[1] === 'k' ? 1e3 : step[0])).toPrecision(3))} ${step[1]}`
}

/** A duration given in seconds: `4.2 s`, `3 min 20 s`, `2 h 5 min`, `10 min`. */
export function formatSeconds(value: unknown): string {
  if (!isNumber(value)) return nothing
  if (value < 60) return `${Number(value.toPrecision(2))} s`
  const minutes = Math.floor(value / 60)
  if (minutes < 60) return joined([minutes, 'min'], [Math.floor(value % 60), 's'])
  return joined([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min'])
}

/** Amounts with their units, without those that are 0. */
const joined = (...parts: (readonly [number, string])[]): string =>
  parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount} ${unit}`])).join(' ')
