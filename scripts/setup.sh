# shellcheck shell=bash
# Sourced by ./run and ./test: what this host lacks is installed, what is out of date is built. Nothing happens twice.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=$root/artifacts/orchestrator
image=$root/artifacts/images/tiny-x86_64.qcow2

# What a build restores is what the lock files say, or nothing. They name no packages of the other architecture's compiler.
[[ $(uname -m) != x86_64 ]] || export RestoreLockedMode=true

say() { printf '%s\n' "-- $*" >&2; }

fail() {
  printf '%s\n' "$*" >&2
  exit 3
}

# need PROGRAM-OR-FILE PACKAGE...: remembers the packages where the program or file is missing.
missing=()
need() {
  local thing=$1
  shift
  case $thing in
    /*) [[ -e $thing ]] || missing+=("$@") ;;
    *) command -v "$thing" >/dev/null 2>&1 || missing+=("$@") ;;
  esac
}

install_missing() {
  [[ ${#missing[@]} -gt 0 ]] || return 0
  local packages
  packages=$(printf '%s\n' "${missing[@]}" | sort -u | tr '\n' ' ')
  command -v apt-get >/dev/null 2>&1 ||
    fail "this host lacks $packages(names of Debian packages), and has no apt-get to install them with; install them and try again"
  local sudo=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null 2>&1 || fail "installing ${packages}needs root, and there is no sudo; run as root: apt-get install $packages"
    sudo=(sudo)
  fi

  say "installing: $packages(apt-get, as root)"
  "${sudo[@]}" apt-get update -qq
  # shellcheck disable=SC2086 # a list of words
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
  missing=()
}

need_dotnet() {
  if ! dotnet --list-sdks 2>/dev/null | grep -q '^1[0-9]\.'; then
    apt-cache policy dotnet-sdk-10.0 2>/dev/null | grep -q 'Candidate: [0-9]' ||
      fail "the .NET SDK 10 is missing and this distribution has no package of it; install it (see 'Install .NET on Linux' in Microsoft's documentation) and try again"
    missing+=(dotnet-sdk-10.0)
  fi
}

need_to_build() {
  need_dotnet
  need gcc gcc libc6-dev
  need /usr/include/zlib.h zlib1g-dev
}

need_to_run() {
  case $(uname -m) in
    aarch64) need qemu-system-aarch64 qemu-system-arm qemu-efi-aarch64 ;;
  esac
  need qemu-system-x86_64 qemu-system-x86
  need qemu-img qemu-utils
  need passt passt
  need nft nftables
}

libvirt_wanted=
need_for_libvirt() {
  libvirt_wanted=1
  need libvirtd libvirt-daemon-system libvirt-daemon libvirt-daemon-driver-qemu
  need virsh libvirt-clients
}

# Where udev runs, its rule gives /dev/kvm to the group kvm, of which QEMU's user is. Elsewhere nobody does, and libvirt, which probes QEMU with
# more rights than its machines get, finds its own findings out of date each time it looks at them: 24 probes, and minutes, for one machine.
open_kvm_to_its_group() {
  [[ -n $libvirt_wanted && $(id -u) -eq 0 && ! -d /run/udev && -c /dev/kvm ]] || return 0
  if [[ $(stat --format %a:%G /dev/kvm) == 600:root ]] && getent group kvm >/dev/null; then
    say "giving /dev/kvm to the group kvm (mode 660), since this host has no udev to do it"
    chgrp kvm /dev/kvm
    chmod 660 /dev/kvm
  fi
}

# Where systemd runs, installing starts the daemons; elsewhere nobody does.
start_libvirt_if_needed() {
  [[ -n $libvirt_wanted && $(id -u) -eq 0 && ! -d /run/systemd/system ]] || return 0
  if ! virsh --connect qemu:///system version >/dev/null 2>&1; then
    say "starting virtlogd and libvirtd, since this host has no systemd to do it; they go on running"
    virtlogd --daemon
    libvirtd --daemon
  fi
}

need_for_image() {
  need gcc gcc libc6-dev
  need /usr/include/json-c/json.h libjson-c-dev
  need mformat mtools
  need syslinux syslinux
  need /usr/lib/syslinux/mbr/mbr.bin syslinux-common
  need cpio cpio
  need qemu-img qemu-utils
}

# What images/debian/build and images/systemd/build take.
need_for_debian_image() {
  [[ $(id -u) -eq 0 ]] || need newuidmap uidmap
  need mmdebstrap mmdebstrap
  need mke2fs e2fsprogs
  need sfdisk fdisk
  need mformat mtools
  need syslinux syslinux
  need /usr/lib/syslinux/mbr/gptmbr.bin syslinux-common
  need cpio cpio
  need strip binutils
  need curl curl
  need jq jq
}

binary_is_current() {
  [[ -x $binary && -z $(find "$root"/src "$root"/templates "$root"/Directory.*.props "$root"/global.json \
    -newer "$binary" -type f -not -path '*/bin/*' -not -path '*/obj/*' -print -quit) ]]
}

image_is_current() {
  [[ -e $image && -z $(find "$root/images/tiny" "$root/images/disk.sh" -newer "$image" -type f -print -quit) ]]
}

# publish: the native binary, if a source is newer than it.
publish() {
  binary_is_current && return 0
  say "publishing the native binary to artifacts/orchestrator"
  local output=$root/artifacts/publish log=$root/artifacts/publish.log
  mkdir -p "$root/artifacts"
  dotnet publish "$root/src/Orchestrator" --configuration Release --output "$output" >"$log" 2>&1 || {
    cat "$log" >&2
    fail "publishing failed; the lines above say why"
  }
  # In place only when whole: an interrupted build must not leave half a binary that looks new.
  cp "$output/orchestrator" "$binary.new"
  mv "$binary.new" "$binary"
}

# build_image: the demo's guest, if its sources are newer than it.
build_image() {
  image_is_current && return 0
  say "building the demo image artifacts/images/tiny-x86_64.qcow2"
  mkdir -p "$(dirname "$image")"
  "$root/images/tiny/build" --output "$image" >&2
}
