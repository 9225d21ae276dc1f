#!/usr/bin/env bash
# Stands in for the runner's run.sh: waits for a job, does it, calls the hooks, and is removed, as an ephemeral runner is.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
source ./common.sh
if [[ -e .env ]]; then
  set -a
  # shellcheck source=/dev/null
  source ./.env
  set +a
fi
mkdir -p _diag _work
log=_diag/Runner_$(date --utc +%Y%m%d-%H%M%S)-utc.log
say() { printf '%s\n' "$1" | tee -a "$log"; }

jit=${ACTIONS_RUNNER_INPUT_JITCONFIG:-}
unset ACTIONS_RUNNER_INPUT_JITCONFIG
[[ ${1:-} != --jitconfig ]] || jit=$2
umask 077
if [[ -n $jit ]]; then
  files=$(base64 --decode <<<"$jit") || exit 1
  for file in $(jq -r 'keys[]' <<<"$files"); do
    # shellcheck disable=SC2094  # a name in it, not the file
    jq -r --arg file "$file" '.[$file]' <<<"$files" | base64 --decode >"$file"
  done
fi
[[ -e .runner ]] || { echo "Not configured. Run config.(sh/cmd) to configure the runner." >&2 && exit 1; }
name=$(jq -r .agentName .runner) server=$(jq -r .serverUrl .runner) token=$(jq -r .token .credentials)
body='' status=''

remove_own_files() {
  rm -f .credentials .runner
  say "√ Removed .credentials"
  say "√ Removed .runner"
}
trap 'say "Exiting..."; exit 0' INT TERM

for ((attempt = 1; ; attempt++)); do
  ask POST /sessions "$(jq -cn --arg name "$name" '{ name: $name }')"
  [[ $status == 201 ]] && break
  if [[ $status == 409 ]]; then
    say "A session for this runner already exists."
  elif [[ $status == 401 || $status == 404 ]]; then
    say "The runner no longer exists on the server. Cleaning up local configuration."
    remove_own_files
    exit 0
  fi
  [[ $attempt -lt 30 ]] || exit 0
  sleep 2
done
say "√ Connected to GitHub"
say "Current runner version: '$(cat version)'"
say "$(now): Listening for Jobs"

while :; do
  ask GET /messages
  case $status in
    200) break ;;
    202) ;;
    401 | 404)
      say "The runner no longer exists on the server. Cleaning up local configuration."
      remove_own_files
      exit 0
      ;;
    *) sleep 2 ;;
  esac
done
job=$(jq -r .name <<<"$body")
say "$(now): Running job: $job"
result=Succeeded
hook() { [[ -z $1 ]] || GITHUB_JOB=$job bash "$1" || result=Failed; }
hook "${ACTIONS_RUNNER_HOOK_JOB_STARTED:-}"
jq -r .script <<<"$body" >_work/script.sh
(cd _work && env -u token bash -e ./script.sh) 2>&1 | tee "_diag/Worker_$(date --utc +%Y%m%d-%H%M%S)-utc.log" || result=Failed
hook "${ACTIONS_RUNNER_HOOK_JOB_COMPLETED:-}"
for ((attempt = 1; attempt <= 30; attempt++)); do
  ask POST /results "$(jq -cn --arg result "$result" '{ result: $result }')"
  [[ $status == 2* || $status == 4* ]] && break
  sleep 2
done
say "$(now): Job $job completed with result: $result"
remove_own_files
