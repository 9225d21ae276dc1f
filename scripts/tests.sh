# shellcheck shell=bash
# Sourced by ./check and ./test, after setup.sh: what both need, do and count.

# Programs that the tests hold the product against.
need_for_tests() {
  need shellcheck shellcheck
  need isoinfo genisoimage
  need xorriso xorriso
  need bsdtar libarchive-tools
  need blkid util-linux
  need qemu-img qemu-utils
  need setfacl acl
  need pasta passt
  need nft nftables
  need ip iproute2
  need virt-xml-validate libvirt-clients
  need xmllint libxml2-utils # which that takes, and does not depend on
}

# A machine's network takes /dev/net/tun, which udev opens to everybody. Some tests are those of a user without rights.
open_tun_to_users() {
  [[ $(id -u) -eq 0 && ! -d /run/udev && -c /dev/net/tun && $(stat --format %a /dev/net/tun) == 600 ]] || return 0
  say "opening /dev/net/tun to users (mode 666), since this host has no udev to do it"
  chmod 666 /dev/net/tun
}

shellcheck_scripts() {
  say "shellcheck"
  (cd "$root" && git ls-files -z ':!*.md' | xargs -0 grep -lZE '^#!/(usr/bin/env bash|bin/(ba)?sh)' -- 2>/dev/null |
    xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR)
}

build_tests() {
  say "building the tests"
  dotnet build "$root/Orchestrator.sln" --configuration Debug --verbosity quiet --nologo
}

# run_tests COMMAND...: runs it in the repository's root. Its last line is the count: N passed, N failed, N skipped.
run_tests() {
  local log=$root/artifacts/test.log status=0
  mkdir -p "$root/artifacts"
  (cd "$root" && "$@") 2>&1 | tee "$log" || status=$?
  printf '%s passed, %s failed, %s skipped\n' "$(count_of succeeded)" "$(count_of failed)" "$(count_of skipped)"
  return "$status"
}

count_of() { sed -nE "s/^ *$1: *([0-9]+)\$/\\1/p" "$root/artifacts/test.log" | tail -n 1; }
