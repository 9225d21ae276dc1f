#!/bin/sh
# The network of one machine: sh -c THIS MACHINE RULES SSH-PORT AS-ROOT USER UNSHARE NSENTER PASTA PASST NFT (the last five are paths), as the first process of a PID
# namespace of its own, so that nothing of it outlives it.
# Standard input is the guest's end of its wire: frames, each after its length, as QEMU's socket network device says them. When QEMU closes its end, all of this ends.
rules=$1 port=$2 as_root=$3 user=$4 unshare=$5 nsenter=$6 pasta=$7 passt=$8 nft=$9
exec 3<&0 </dev/null

# A network namespace needs a process as long as nobody works in it.
keeper=$("$unshare" --net sh -c 'sleep infinity >/dev/null 2>&1 & echo $!') || exit

# pasta gives the namespace a network, whose connections it makes on the host: none to the host's loopback. It goes to the background once that is there.
"$pasta" --quiet --config-net --no-map-gw --netns-only --netns /proc/self/fd/9 ${as_root:+--runas 0:0} \
  --address 10.0.2.15 --netmask 24 --gateway 10.0.2.2 --dns-forward 10.0.2.3 \
  --tcp-ports "${port:+127.0.0.1/$port:}${port:-none}" --udp-ports none --tcp-ns none --udp-ns none \
  9<"/proc/$keeper/ns/net" 3<&- || exit

# shellcheck disable=SC2016 # the inner shell expands them
# Inside of it: what the guest may reach, before the guest can reach anything; then passt, which makes the guest's connections there.
"$nsenter" --net="/proc/$keeper/ns/net" sh -c '
  printf "%s" "$1" | "$5" -f - || exit
  echo ready
  exec "$4" --quiet --foreground --fd 3 --no-map-gw ${3:+--runas $3} \
    --address 10.0.2.15 --netmask 24 --gateway 10.0.2.2 --dns 10.0.2.3 \
    --tcp-ports "$(if [ "$2" ]; then echo "$2:22"; else echo none; fi)" --udp-ports none' passt "$rules" "$port" "$user" "$passt" "$nft" &
wait $!
