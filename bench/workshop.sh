# shellcheck shell=bash
# Sourced by the benchmarks: a directory of their own, an instance to run, and statistics.

# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/setup.sh"

# The orchestrator that is being watched, and its peak memory in KiB.
pid=
peak=0

# open_workshop STAY-UP-SECONDS SSH-PORT: builds what is missing (or takes the binary named by ORCHESTRATOR), and enters a directory with an
# instances.json whose instance "bench" is the demo guest.
open_workshop() {
  need_to_run
  need_for_image
  need genisoimage genisoimage
  need /usr/bin/python3 python3
  if [[ -n ${ORCHESTRATOR:-} ]]; then
    binary=$(realpath "$ORCHESTRATOR")
    install_missing
  else
    need_to_build
    install_missing
    publish
  fi
  build_image

  work=$(mktemp -d)
  trap close_workshop EXIT
  cd "$work" || return
  cat >instances.json <<JSON
[{ "name": "bench", "image": "$image", "cpu-cores": 1, "ram": "256M", "root-disk": "1G", "timeout-seconds": 120, "ssh-port": $2,
   "config": { "tiny": { "stay-up-seconds": $1 } } }]
JSON
  mkfifo events
  exec 4<>events
}

close_workshop() {
  # Asked until it is gone: the first time, an orchestrator asks its guest.
  while [[ -n $(jobs -pr) ]]; do
    # shellcheck disable=SC2046 # a list of numbers
    kill -TERM $(jobs -pr) 2>/dev/null || true
    sleep 0.2
  done
  cd / && rm -rf "$work"
}

# value KEY: of the event last read, a number or a text without quotes in it; empty where it has none.
value() {
  [[ $event =~ \"$1\":\"?([^\",}]*) ]] && printf '%s' "${BASH_REMATCH[1]}"
}

# read_until EVENT: reads events up to the first of that name, which stays in $event; then $peak is brought up to date. Starts no process, which
# would compete with what is measured.
read_until() {
  while read -r -t 120 -u 4 event; do
    if [[ $event == *"\"event\":\"$1\""* ]]; then
      note_peak
      return 0
    fi
    [[ $event != *'"event":"'@(ended|run-failed)'"'* ]] || break
  done
  fail "the run did not come to the event '$1'; the last one was: $event"
}

note_peak() {
  local key amount _
  # Gone already, perhaps, when its last event is read; then what was seen before counts.
  while read -r key amount _; do
    # shellcheck disable=SC2034 # the benchmarks print it
    [[ $key != VmHWM: ]] || peak=$amount
  done 2>/dev/null <"/proc/$pid/status" || true
}

# row TITLE NUMBER...: median, quartiles, least and greatest, of milliseconds.
row() {
  local title=$1
  shift
  printf '%s\n' "$@" | sort -n | awk -v title="$title" '
    { at[NR] = $1 }
    function quantile(share, place) { place = 1 + (NR - 1) * share; return at[int(place)] + (place - int(place)) * (at[int(place) + (place > int(place))] - at[int(place)]) }
    END { printf "%-34s %9.1f %9.1f … %.1f %9.1f … %.1f\n", title, quantile(0.5), quantile(0.25), quantile(0.75), at[1], at[NR] }'
}

header() { printf '%-34s %9s %17s %17s\n' "$1" median quartiles range; }

# median NUMBER...
median() {
  printf '%s\n' "$@" | sort -n | awk '{ at[NR] = $1 } END { print (at[int((NR + 1) / 2)] + at[int(NR / 2) + 1]) / 2 }'
}

# greatest NUMBER...
greatest() { printf '%s\n' "$@" | sort -n | tail -n 1; }
