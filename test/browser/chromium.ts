import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Where Linux distributions put it. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const find = (): string | undefined => places.find((path) => existsSync(path))

/** The path of a Chromium, installed where that can be done; undefined, with a reason on the console, where there is none. */
export function chromium(): string | undefined {
  const found = find()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'))
    try {
      execFileSync('apt-get', ['install', '-y', 'chromium'], { stdio: 'ignore' })
    } catch {
      console.warn('apt-get install -y chromium failed')
    }
  if (find() === undefined)
    console.warn(`NOT TESTED: no Chromium at ${places.join(', ')}; install it to compare browsers with Node`)
  return find()
}
