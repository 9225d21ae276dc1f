/* Prints what instance.json says as assignments for a shell, or what is wrong with it. An emulated processor needs half a second to start jq. */
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "tiny.h"

static const struct {
    const char *key, *variable, *otherwise;
} settings[] = {
    { "stay-up-seconds", "stay_up", "0" },
    { "stay-up-after-reboot-seconds", "stay_up_after_reboot", "0" },
    { "finish", "finish", "poweroff" },
    { "eject", "eject", "true" },
    { "race", "race", "0" },
    { "ignore-power-button", "ignore_power_button", "false" },
    { "write-disk-mib", "write_disk", "0" },
    { "console-flood-mib", "flood", "0" },
    { "console-shell", "console_shell", "false" },
    { "print-config", "print_config", "false" },
    { "read-as-user", "read_as_user", "false" },
    { "shared", "shared", "" },
    { "run-as-root", "run_as_root", "" },
    { "say", "say_lines", "" },
    { "say-flood", "say_flood", "false" },
};
enum { SETTINGS = sizeof settings / sizeof *settings, LARGEST = 16 << 20, DEEPEST = 1000 };

/* As one argument to the shell. */
static void print_quoted(const char *value)
{
    putchar('\'');
    for (; *value; value++)
        if (*value == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*value);
    putchar('\'');
}

static void print_assignment(const char *variable, const char *value)
{
    printf("%s=", variable);
    print_quoted(value);
    putchar('\n');
}

/* An array as its elements, a line each. */
static void print_lines(const char *variable, json_object *array)
{
    printf("%s=", variable);
    for (size_t element = 0; element < json_object_array_length(array); element++) {
        print_quoted(json_object_get_string(json_object_array_get_idx(array, element)));
        print_quoted("\n");
    }
    putchar('\n');
}

int configuration(int count, char **arguments)
{
    static char text[LARGEST + 1];
    int file = count == 1 ? open(arguments[0], O_RDONLY) : -1;
    ssize_t length = file < 0 ? -1 : read(file, text, LARGEST);
    if (length < 0) {
        perror("tiny configuration");
        return 2;
    }

    json_tokener *tokener = json_tokener_new_ex(DEEPEST);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object *instance = json_tokener_parse_ex(tokener, text, (int)length + 1); /* with the end, so that it knows that no more comes */
    if (json_tokener_get_error(tokener) != json_tokener_success) {
        printf("byte %zu: %s\n", json_tokener_get_parse_end(tokener), json_tokener_error_desc(json_tokener_get_error(tokener)));
        return 1;
    }
    json_object *name = json_object_object_get(instance, "name");
    if (!json_object_is_type(name, json_type_string)) {
        puts("there is no name");
        return 1;
    }

    print_assignment("name", json_object_get_string(name));
    json_object *tiny = json_object_object_get(json_object_object_get(instance, "config"), "tiny");
    if (!json_object_is_type(tiny, json_type_object))
        tiny = json_object_new_object();
    for (int setting = 0; setting < SETTINGS; setting++) {
        json_object *value = json_object_object_get(tiny, settings[setting].key);
        if (json_object_is_type(value, json_type_array))
            print_lines(settings[setting].variable, value);
        else
            print_assignment(settings[setting].variable, value ? json_object_get_string(value) : settings[setting].otherwise);
        json_object_object_del(tiny, settings[setting].key);
    }

    /* What is left is none. */
    fputs("unknown=", stdout);
    json_object_object_foreach(tiny, key, unused)
    {
        (void)unused;
        print_quoted(key);
        print_quoted(" ");
    }
    putchar('\n');
    return 0;
}
