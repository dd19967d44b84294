import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { chromium as playwright, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import type { Architecture, TrialMetrics } from '../../src/index.js'
import { chromium } from './chromium.js'

/** What the page has to tell of a search, and `without-browser.js` as well. */
interface Told {
  readonly architecture: Architecture
  readonly metrics: TrialMetrics
  /** SHA-256 of `weights.bin`. */
  readonly weights: string
  readonly seconds: number
}

interface Settings {
  readonly space: string
  readonly seed: number
  readonly epochs: number
}

const executablePath = chromium()

describe.skipIf(executablePath === undefined)('the page of examples/browser, in Chromium', () => {
  let server: ChildProcess
  let browser: Browser
  let url: string

  beforeAll(async () => {
    server = spawn(process.execPath, [packagePath('build/example.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(server.stdout!, 'data')) as [Buffer]
    url = line.toString().trim()
    browser = await playwright.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    server?.kill()
  })

  test.each<Settings>([
    { space: 'mlp-cell', seed: 1, epochs: 4 },
    { space: 'darts-cell', seed: 7, epochs: 6 },
  ])('finds what Node finds, to the last bit: %o', async (settings) => {
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('pageerror', ({ message }) => faults.push(message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    const inBrowser = await searchIn(page, url, settings)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [packagePath('test/browser/without-browser.js'), JSON.stringify(settings)],
      { maxBuffer: 2 ** 26 },
    )
    const inNode = JSON.parse(stdout) as Told
    console.log(
      `${settings.space}: ${inBrowser.seconds.toFixed(1)} s in Chromium, ${inNode.seconds.toFixed(1)} s in Node`,
    )
    expect(inBrowser.architecture).toEqual(inNode.architecture)
    expect(inBrowser.metrics).toEqual(inNode.metrics)
    expect(inBrowser.weights).toBe(inNode.weights)
    expect(inNode.metrics.derived.parameters).toBeLessThan(inNode.metrics.supernet.parameters)
    // What it shows besides: candidates that went, digits that it names, the report.
    expect(await page.locator('.member.gone').count()).toBeGreaterThan(0)
    const wrong = await page.locator('figcaption.wrong').count()
    expect(await page.locator('figcaption').count()).toBe(60)
    expect(wrong).toBeLessThan(20)
    expect(await page.evaluate('sentei.report')).toContain('<!doctype html>')
    expect(faults).toEqual([])
    await page.close()
  })
})

/** Fills in the form of the page, and waits for what it finds. */
async function searchIn(page: Page, url: string, { space, seed, epochs }: Settings): Promise<Told> {
  await page.goto(url)
  await page.selectOption('[name=space]', space)
  await page.fill('[name=seed]', String(seed))
  await page.fill('[name=epochs]', String(epochs))
  await page.click('button')
  await page.waitForFunction('window.sentei?.report || window.sentei?.failed', null, { timeout: 600_000 })
  const failed = await page.evaluate<string | undefined>('sentei.failed')
  if (failed !== undefined) throw new Error(failed)
  return page.evaluate<Told>('(({ digits, files, ...told }) => told)(sentei.found)')
}
