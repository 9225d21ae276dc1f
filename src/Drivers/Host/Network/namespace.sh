#!/bin/sh
# Inside of a machine's network: sh -c THIS MACHINE RULES SSH-PORT USER PASST NFT (the last two are paths), which pasta runs once the namespace has its network.
# Standard input is the guest's end of its wire: frames, each after its length, as QEMU's socket network device says them. When QEMU closes its end, passt ends,
# and pasta with it.
exec 3<&0 </dev/null

# What the guest may reach, before the guest can reach anything; then passt, which makes the guest's connections there.
printf '%s' "$1" | "$5" -f - || exit
echo ready
exec "$4" --quiet --foreground --fd 3 --no-map-gw ${3:+--runas "$3"} \
  --address 10.0.2.15 --netmask 24 --gateway 10.0.2.2 --dns 10.0.2.3 --tcp-ports "${2:-none}${2:+:22}" --udp-ports none
