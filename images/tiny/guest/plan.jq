# Turns instance.json into assignments for a shell.
def flag($default): if . == null then $default else . end;
def known: ["stay-up-seconds", "stay-up-after-reboot-seconds", "finish", "eject", "race", "ignore-power-button", "write-disk-mib",
    "console-flood-mib", "console-shell", "print-config", "read-as-user", "run-as-root"];
(.config.tiny // {}) as $tiny
| {
    name,
    stay_up: ($tiny["stay-up-seconds"] // 0),
    stay_up_after_reboot: ($tiny["stay-up-after-reboot-seconds"] // 0),
    finish: ($tiny.finish // "poweroff"),
    eject: ($tiny.eject | flag(true)),
    race: ($tiny.race // 0),
    ignore_power_button: ($tiny["ignore-power-button"] | flag(false)),
    write_disk: ($tiny["write-disk-mib"] // 0),
    flood: ($tiny["console-flood-mib"] // 0),
    console_shell: ($tiny["console-shell"] | flag(false)),
    print_config: ($tiny["print-config"] | flag(false)),
    read_as_user: ($tiny["read-as-user"] | flag(false)),
    run_as_root: ($tiny["run-as-root"] // ""),
    unknown: (($tiny | keys) - known | join(" "))
  }
| to_entries[] | "\(.key)=\(.value | tostring | @sh)"
