#!/usr/bin/python3
"""The plain way: what a user without an orchestrator types to start an ephemeral machine from instances.json.

Usage: plain-script.py NAME DIRECTORY [QEMU]. Ends by becoming QEMU; nobody takes the configuration away, and nobody deletes DIRECTORY.
"""

import json
import os
import subprocess
import sys

name, directory = sys.argv[1:3]
qemu = sys.argv[3] if len(sys.argv) > 3 else "qemu-system-x86_64"

with open("instances.json", encoding="utf-8") as file:
    instance = next(entry for entry in json.load(file) if entry["name"] == name)

overlay = os.path.join(directory, "root.qcow2")
medium = os.path.join(directory, "config.iso")
content = os.path.join(directory, "instance.json")

with open(content, "w", encoding="utf-8") as file:
    json.dump({"name": name, "config": instance["config"]}, file)

subprocess.run(
    ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", os.path.abspath(instance["image"]), overlay, instance["root-disk"]],
    check=True,
)
subprocess.run(["genisoimage", "-quiet", "-V", "instance-configuration", "-J", "-r", "-o", medium, content], check=True)

os.execvp(
    qemu,
    [
        qemu,
        "-machine", "q35,accel=kvm:tcg",
        "-cpu", "max",
        "-smp", str(instance["cpu-cores"]),
        "-m", instance["ram"],
        "-nodefaults", "-display", "none",
        "-drive", f"file={overlay},format=qcow2,if=virtio,cache=unsafe",
        "-device", "virtio-scsi-pci",
        "-drive", f"file={medium},format=raw,if=none,id=config,media=cdrom",
        "-device", "scsi-cd,drive=config",
        "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{instance['ssh-port']}-:22",
        "-device", "virtio-net-pci,netdev=net",
        "-serial", f"file:{directory}/console.log",
    ],
)
