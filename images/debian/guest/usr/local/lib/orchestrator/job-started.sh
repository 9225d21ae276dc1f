#!/bin/sh
# job-started.sh [NAME]: the agent's hook before a job.
exec /usr/local/lib/orchestrator/say "$(jq -cn --arg name "${1:-${GITHUB_JOB:-}}" '{ event: "job-started", name: $name }')"
