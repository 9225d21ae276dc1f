#!/bin/sh
# The agent's hook after a job.
exec /usr/local/lib/orchestrator/say '{"event":"job-ended"}'
