import { execFileSync } from 'node:child_process'

/** Builds once, so that tests of the command line run what users run: the compiled program. */
export default function setup(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  })
}
