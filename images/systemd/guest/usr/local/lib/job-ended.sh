#!/bin/sh
echo '{"event":"job-ended"}' | timeout 5 tee /dev/virtio-ports/org.orchestrator.guest.0 >/dev/null || :
