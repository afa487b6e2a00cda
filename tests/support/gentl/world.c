/* The world around the cameras, as a text file beside the producer: `gone TC-1`, `busy TC-1`, `serial TC-1 TC-9`,
 * `twins`, `scan_ms 500`, `open_ms 500`, `crash_scan`, `crash_open`, `noaccess`, `heartbeat 3000`, `register_ms 500`, `log`. Each camera
 * process looks at it, as it would at the cable. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camera.h"

void world_path(const char *suffix, char *out, size_t room) {
    Dl_info info;
    const char *file = dladdr((void *)world_path, &info) && info.dli_fname ? info.dli_fname : "testcam.cti";
    snprintf(out, room, "%s.%s", file, suffix);
}

bool world_value(const char *word, const char *argument, char *out, size_t room) {
    char path[4096], line[512];
    world_path("world", path, sizeof path);
    FILE *file = fopen(path, "r");
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        char *rest = NULL;
        const char *first = strtok_r(line, " \t\r\n", &rest);
        if (!first || strcmp(first, word)) continue;
        const char *second = strtok_r(NULL, " \t\r\n", &rest);
        if (argument && (!second || strcmp(second, argument))) continue;
        const char *last = argument ? strtok_r(NULL, " \t\r\n", &rest) : second;
        snprintf(out, room, "%s", last ? last : "");
        found = true;
    }
    if (file) fclose(file);
    return found;
}

bool world_has(const char *word, const char *argument) {
    char value[128];
    return world_value(word, argument, value, sizeof value);
}

int64_t world_number(const char *word) {
    char value[128];
    return world_value(word, NULL, value, sizeof value) ? strtoll(value, NULL, 10) : 0;
}
