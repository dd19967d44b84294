import { execFileSync } from 'node:child_process'

/**
 * Builds what is not of the sources as they are, once, so that tests of the command line run what users run:
 * the compiled program.
 */
export default function setup(): void {
  execFileSync(process.execPath, ['build/build.js', '--stale'], { stdio: 'inherit' })
}
