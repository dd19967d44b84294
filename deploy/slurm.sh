#!/usr/bin/env bash
# Workers of a comparison as an array job. See README.md beside this: how they find Redis.
#SBATCH --job-name=sentei-worker
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=08:00:00
# Slurm warns the shell, which has become the worker by then, 300 s before the limit: a search stops behind a
# checkpoint within seconds, and a rival is finished first.
#SBATCH --signal=B:TERM@300
#SBATCH --output=sentei-worker-%A_%a.log
set -euo pipefail

shared=${SENTEI_SHARED:-$PWD/shared}

# The address is in the environment, or in a file that the comparison's side may write after this begins.
for ((waited = 0; waited < ${SENTEI_WAIT:-600}; waited += 1)); do
  [[ -n ${SENTEI_REDIS:-} || -s $shared/redis ]] && break
  sleep 1
done
redis=${SENTEI_REDIS:-$(head -n 1 "$shared/redis")} || {
  echo "$shared/redis: expected the address of Redis, or SENTEI_REDIS in the environment, got neither" >&2
  exit 2
}
if [[ -z ${SENTEI_REDIS_PASSWORD:-} && -s $shared/redis-password ]]; then
  SENTEI_REDIS_PASSWORD=$(head -n 1 "$shared/redis-password")
  export SENTEI_REDIS_PASSWORD
fi

# The worker takes the shell's place, and with it the signal.
exec "${SENTEI:-node_modules/.bin/sentei}" worker --redis "$redis" --idle "${SENTEI_IDLE:-1800}" \
  --shared "$shared/checkpoints" --cache "${SENTEI_CACHE:-${TMPDIR:-/tmp}/sentei-$USER}"
