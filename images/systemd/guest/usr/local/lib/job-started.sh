#!/bin/sh
printf '{"event":"job-started","name":"%s"}\n' "$GITHUB_JOB" | timeout 5 tee /dev/virtio-ports/org.orchestrator.guest.0 >/dev/null || :
