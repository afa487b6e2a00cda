/* What the entry points share: handles, and answers by the protocol of asking for the length first. */
#ifndef TESTCAM_MODULES_H
#define TESTCAM_MODULES_H

#include <string.h>

#include "camera.h"

#define VENDOR "Inspector Tests"
#define VERSION "1.0.0"

enum { SYSTEM = 0x5401, INTERFACE, DEVICE, REMOTE, STREAM, EVENT };
enum { CAMERAS = 4, INTERFACES = 2 };

typedef struct {
    int kind;
    int index;
} module;

extern bool ready;
extern module remotes[CAMERAS], streams[CAMERAS], events[CAMERAS], devices[CAMERAS];
extern camera cameras[CAMERAS];

void note(const char *call); /* into the log of calls, if the world holds one */
#define NOTE() note(__func__)
void rest(int64_t ms);

static inline GC_ERROR bad_handle(void) { return fail(GC_ERR_INVALID_HANDLE, "The handle is none of this producer's"); }

static inline camera *camera_of(HANDLE handle, int kind) {
    const module *m = handle;
    if (!ready || !m || m->kind != kind || !cameras[m->index].open) return NULL;
    return &cameras[m->index];
}

static inline bool is(HANDLE handle, int kind) { return ready && handle && ((module *)handle)->kind == kind; }

static inline GC_ERROR answer(INFO_DATATYPE *type, void *out, size_t *size, int kind, const void *value, size_t length) {
    if (!size) return fail(GC_ERR_INVALID_PARAMETER, "No place for the size");
    if (type) *type = kind;
    if (out && *size < length) return fail(GC_ERR_BUFFER_TOO_SMALL, "%zu bytes are too few, %zu are needed", *size, length);
    if (out) memcpy(out, value, length);
    *size = length;
    return GC_ERR_SUCCESS;
}

static inline GC_ERROR text(INFO_DATATYPE *type, void *out, size_t *size, const char *value) {
    return answer(type, out, size, TYPE_STRING, value, strlen(value) + 1);
}

static inline GC_ERROR flag(INFO_DATATYPE *type, void *out, size_t *size, bool value) {
    const bool8_t byte = value;
    return answer(type, out, size, TYPE_BOOL8, &byte, sizeof byte);
}

static inline GC_ERROR number(INFO_DATATYPE *type, void *out, size_t *size, uint64_t value) {
    return answer(type, out, size, TYPE_UINT64, &value, sizeof value);
}

static inline GC_ERROR amount(INFO_DATATYPE *type, void *out, size_t *size, size_t value) {
    return answer(type, out, size, TYPE_SIZET, &value, sizeof value);
}

static inline GC_ERROR whole(INFO_DATATYPE *type, void *out, size_t *size, int32_t value) {
    return answer(type, out, size, TYPE_INT32, &value, sizeof value);
}

static inline GC_ERROR pointer(INFO_DATATYPE *type, void *out, size_t *size, const void *value) {
    return answer(type, out, size, TYPE_PTR, &value, sizeof value);
}

static inline GC_ERROR no_command(void) { return fail(GC_ERR_NOT_AVAILABLE, "This is not told"); }

#endif
