# shellcheck shell=bash
# What config.sh and run.sh have in common. Sourced by both, which stand in for GitHub's runner: they behave as that does towards its user, and speak to
# the tests' GitHub in words of their own.

if [[ $(id -u) -eq 0 && -z ${RUNNER_ALLOW_RUNASROOT:-} ]]; then
  echo "Must not run with sudo" >&2
  exit 1
fi
for program in ldd curl jq base64; do
  command -v "$program" >/dev/null || { echo "$program is missing" >&2 && exit 1; }
done
[[ -n $(find /usr/lib /lib -name 'libicuuc.so.*' -print -quit 2>/dev/null) ]] ||
  { echo "Libicu's dependencies is missing for Dotnet Core 6.0" >&2 && exit 1; }

# ask METHOD PATH [BODY]: the answer's body on standard output; its status is $status. The token goes by a file that nobody else reads.
ask() {
  local answer
  answer=$(curl --silent --show-error --max-time 90 --request "$1" --config <(printf 'header = "Authorization: Bearer %s"\n' "$token") \
    --header 'Content-Type: application/json' ${3:+--data-binary "$3"} --write-out '\n%{http_code}' "$server/runner$2") || {
    status=000
    return 0
  }
  status=${answer##*$'\n'}
  body=${answer%$'\n'*}
}

now() { date --utc '+%Y-%m-%d %H:%M:%SZ'; }
