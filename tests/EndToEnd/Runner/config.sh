#!/usr/bin/env bash
# Stands in for the runner's config.sh: registers it by a registration token.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./common.sh

url=${ACTIONS_RUNNER_INPUT_URL:-} token=${ACTIONS_RUNNER_INPUT_TOKEN:-} name=${ACTIONS_RUNNER_INPUT_NAME:-$(uname -n)} labels=${ACTIONS_RUNNER_INPUT_LABELS:-}
replace=false ephemeral=false
while [[ $# -gt 0 ]]; do
  case $1 in
    --url | --token | --name | --labels)
      declare "${1#--}=$2"
      shift
      ;;
    --replace) replace=true ;;
    --ephemeral) ephemeral=true ;;
    --unattended | --disableupdate | --no-default-labels) ;;
    *) echo "Unrecognized command-line input arguments: '$1'" >&2 && exit 1 ;;
  esac
  shift
done
[[ -n $url && -n $token ]] || { echo "Not configured: url and token are needed" >&2 && exit 1; }
[[ ! -e .runner ]] || { echo "Cannot configure the runner because it is already configured." >&2 && exit 1; }

server=${url%"${url#*://*/}"}
server=${server%/}
body='' status=''
ask POST /registrations "$(jq -cn --arg name "$name" --arg labels "$labels" --argjson replace "$replace" --argjson ephemeral "$ephemeral" \
  '{ name: $name, labels: ($labels | split(",")), replace: $replace, ephemeral: $ephemeral }')"
[[ $status != 409 ]] || { echo "A runner exists with the same name $name." >&2 && exit 1; }
[[ $status == 201 ]] || { echo "Http response code: $status from 'POST $url'" >&2 && exit 1; }
umask 077
jq -cn --arg name "$name" --arg server "$server" '{ agentName: $name, serverUrl: $server }' >.runner
printf '%s' "$body" >.credentials
echo "√ Runner successfully added"
