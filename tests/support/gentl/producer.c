/* A GenTL producer with two modern cameras and one of the first SFNC: the entry points that a consumer calls. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "modules.h"

/* The descriptions are part of this file, so that one file is all a driver is. */
#define EMBED(symbol, file)                                                                                            \
    __asm__(".section .rodata\n" #symbol ":\n.incbin \"" file "\"\n" #symbol "_end:\n.byte 0\n.previous\n");           \
    extern const char symbol[] __attribute__((visibility("hidden")));                                                  \
    extern const char symbol##_end[] __attribute__((visibility("hidden")))
EMBED(modern_xml, "modern.xml");
EMBED(classic_xml, "classic.xml");

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed;

bool ready;
module remotes[CAMERAS], streams[CAMERAS], events[CAMERAS], devices[CAMERAS];
camera cameras[CAMERAS];
static module system_module = {SYSTEM, 0}, interfaces[INTERFACES];
static bool listed[CAMERAS];
static const char *interface_ids[INTERFACES] = {"north", "south"};

static __thread GC_ERROR last_code;
static __thread char last_text[256];

GC_ERROR fail(GC_ERROR code, const char *text, ...) {
    va_list arguments;
    va_start(arguments, text);
    vsnprintf(last_text, sizeof last_text, text, arguments);
    va_end(arguments);
    last_code = code;
    return code;
}

void note(const char *call) {
    char path[4096];
    if (!world_has("log", NULL)) return;
    world_path("calls", path, sizeof path);
    FILE *file = fopen(path, "a");
    if (!file) return;
    fprintf(file, "%s\n", call);
    fclose(file);
}

void rest(int64_t ms) {
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    if (ms > 0) nanosleep(&t, NULL);
}

/* --- library --- */

GENTL GC_ERROR GCInitLib(void) {
    if (ready) return fail(GC_ERR_RESOURCE_IN_USE, "The library is in use");
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    for (int i = 0; i < INTERFACES; i++) interfaces[i] = (module){INTERFACE, i};
    for (int i = 0; i < CAMERAS; i++) {
        devices[i] = (module){DEVICE, i};
        remotes[i] = (module){REMOTE, i};
        streams[i] = (module){STREAM, i};
        events[i] = (module){EVENT, i};
    }
    ready = true;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR GCCloseLib(void) {
    NOTE();
    ready = false;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR GCGetLastError(GC_ERROR *code, char *out, size_t *size) {
    if (code) *code = last_code;
    return text(NULL, out, size, last_text);
}

GENTL GC_ERROR GCGetInfo(INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    switch (command) {
    case TL_INFO_ID:
        return text(type, out, size, "testcam");
    case TL_INFO_VENDOR:
        return text(type, out, size, VENDOR);
    case TL_INFO_MODEL:
        return text(type, out, size, "TestCam producer");
    case TL_INFO_VERSION:
        return text(type, out, size, VERSION);
    case TL_INFO_TLTYPE:
        return text(type, out, size, "Mixed");
    case TL_INFO_NAME:
    case TL_INFO_DISPLAYNAME:
        return text(type, out, size, "testcam.cti");
    case TL_INFO_PATHNAME: {
        char path[4096];
        world_path("", path, sizeof path);
        path[strlen(path) - 1] = 0;
        return text(type, out, size, path);
    }
    case TL_INFO_CHAR_ENCODING:
        return whole(type, out, size, 1);
    case TL_INFO_GENTL_VER_MAJOR:
    case TL_INFO_GENTL_VER_MINOR: {
        const uint32_t version = command == TL_INFO_GENTL_VER_MAJOR ? 1 : 5;
        return answer(type, out, size, TYPE_UINT32, &version, sizeof version);
    }
    default:
        return no_command();
    }
}

/* --- system --- */

GENTL GC_ERROR TLOpen(HANDLE *out) {
    NOTE();
    if (!ready) return fail(GC_ERR_NOT_INITIALIZED, "GCInitLib was not called");
    *out = &system_module;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR TLClose(HANDLE system) {
    NOTE();
    return is(system, SYSTEM) ? GC_ERR_SUCCESS : bad_handle();
}

GENTL GC_ERROR TLGetInfo(HANDLE system, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    return is(system, SYSTEM) ? GCGetInfo(command, type, out, size) : bad_handle();
}

GENTL GC_ERROR TLUpdateInterfaceList(HANDLE system, bool8_t *changed_list, uint64_t timeout) {
    (void)timeout;
    if (!is(system, SYSTEM)) return bad_handle();
    if (changed_list) *changed_list = 0;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR TLGetNumInterfaces(HANDLE system, uint32_t *count) {
    if (!is(system, SYSTEM)) return bad_handle();
    *count = INTERFACES;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR TLGetInterfaceID(HANDLE system, uint32_t index, char *out, size_t *size) {
    if (!is(system, SYSTEM)) return bad_handle();
    if (index >= INTERFACES) return fail(GC_ERR_INVALID_INDEX, "There are %d interfaces", INTERFACES);
    return text(NULL, out, size, interface_ids[index]);
}

static int interface_index(const char *id) {
    for (int i = 0; i < INTERFACES; i++)
        if (id && !strcmp(id, interface_ids[i])) return i;
    return -1;
}

static GC_ERROR interface_info(int index, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    switch (command) {
    case INTERFACE_INFO_ID:
        return text(type, out, size, interface_ids[index]);
    case INTERFACE_INFO_DISPLAYNAME:
        return text(type, out, size, index ? "South wall" : "North wall");
    case INTERFACE_INFO_TLTYPE:
        return text(type, out, size, index ? "GEV" : "U3V");
    default:
        return no_command();
    }
}

GENTL GC_ERROR TLGetInterfaceInfo(HANDLE system, const char *id, INFO_CMD command, INFO_DATATYPE *type, void *out,
                                  size_t *size) {
    const int index = interface_index(id);
    if (!is(system, SYSTEM)) return bad_handle();
    if (index < 0) return fail(GC_ERR_INVALID_ID, "There is no interface %s", id ? id : "");
    return interface_info(index, command, type, out, size);
}

GENTL GC_ERROR TLOpenInterface(HANDLE system, const char *id, HANDLE *out) {
    NOTE();
    const int index = interface_index(id);
    if (!is(system, SYSTEM)) return bad_handle();
    if (index < 0) return fail(GC_ERR_INVALID_ID, "There is no interface %s", id ? id : "");
    *out = &interfaces[index];
    return GC_ERR_SUCCESS;
}

/* --- interface --- */

GENTL GC_ERROR IFClose(HANDLE interface) {
    NOTE();
    return is(interface, INTERFACE) ? GC_ERR_SUCCESS : bad_handle();
}

GENTL GC_ERROR IFGetInfo(HANDLE interface, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    if (!is(interface, INTERFACE)) return bad_handle();
    return interface_info(((module *)interface)->index, command, type, out, size);
}

GENTL GC_ERROR IFGetParentTL(HANDLE interface, HANDLE *out) {
    if (!is(interface, INTERFACE)) return bad_handle();
    *out = &system_module;
    return GC_ERR_SUCCESS;
}

/* Cameras 0 and 1 hang on the first interface, 2 and 3 on the second; 3 is only there while there are twins. */
static int interface_of(int index) { return index / 2; }

GENTL GC_ERROR IFUpdateDeviceList(HANDLE interface, bool8_t *changed_list, uint64_t timeout) {
    NOTE();
    (void)timeout;
    static const char *serials[CAMERAS] = {"TC-1", "TC-2", "TC-OLD", "TC-1"};
    if (!is(interface, INTERFACE)) return bad_handle();
    if (world_has("crash_scan", NULL)) raise(SIGSEGV);
    rest(world_number("scan_ms"));
    pthread_mutex_lock(&lock);
    for (int i = 0; i < CAMERAS; i++) {
        camera *c = &cameras[i];
        if (interface_of(i) != ((module *)interface)->index || c->open) continue;
        c->kind = DEVICE;
        c->who.classic = i == 2;
        snprintf(c->who.model, sizeof c->who.model, "%s", i == 2 ? "TestCam Classic" : "TestCam");
        snprintf(c->who.link, sizeof c->who.link, "%s", interface_of(i) ? "GEV" : "U3V");
        if (!world_value("serial", serials[i], c->who.serial, sizeof c->who.serial))
            snprintf(c->who.serial, sizeof c->who.serial, "%s", serials[i]);
        c->xml = i == 2 ? classic_xml : modern_xml;
        c->xml_size = (size_t)(i == 2 ? classic_xml_end - classic_xml : modern_xml_end - modern_xml);
        listed[i] = !world_has("gone", c->who.serial) && (i != 3 || world_has("twins", NULL));
    }
    pthread_mutex_unlock(&lock);
    if (changed_list) *changed_list = 1;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR IFGetNumDevices(HANDLE interface, uint32_t *count) {
    if (!is(interface, INTERFACE)) return bad_handle();
    *count = 0;
    for (int i = 0; i < CAMERAS; i++) *count += listed[i] && interface_of(i) == ((module *)interface)->index;
    return GC_ERR_SUCCESS;
}

static void device_id(int index, char *out, size_t room) { snprintf(out, room, "dev-%s", cameras[index].who.serial); }

GENTL GC_ERROR IFGetDeviceID(HANDLE interface, uint32_t place, char *out, size_t *size) {
    if (!is(interface, INTERFACE)) return bad_handle();
    for (int i = 0; i < CAMERAS; i++) {
        if (!listed[i] || interface_of(i) != ((module *)interface)->index || place--) continue;
        char id[128];
        device_id(i, id, sizeof id);
        return text(NULL, out, size, id);
    }
    return fail(GC_ERR_INVALID_INDEX, "There are fewer devices");
}

static int device_index(HANDLE interface, const char *wanted) {
    for (int i = 0; i < CAMERAS; i++) {
        char id[128];
        device_id(i, id, sizeof id);
        if (listed[i] && interface_of(i) == ((module *)interface)->index && wanted && !strcmp(id, wanted)) return i;
    }
    return -1;
}

static GC_ERROR device_info(int index, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    const camera *c = &cameras[index];
    char id[128];
    device_id(index, id, sizeof id);
    switch (command) {
    case DEVICE_INFO_ID:
        return text(type, out, size, id);
    case DEVICE_INFO_VENDOR:
        return text(type, out, size, VENDOR);
    case DEVICE_INFO_MODEL:
    case DEVICE_INFO_DISPLAYNAME:
        return text(type, out, size, c->who.model);
    case DEVICE_INFO_TLTYPE:
        return text(type, out, size, c->who.link);
    case DEVICE_INFO_ACCESS_STATUS:
        return whole(type, out, size, world_has("noaccess", NULL) ? ACCESS_STATUS_NOACCESS : ACCESS_STATUS_READWRITE);
    case DEVICE_INFO_USER_DEFINED_NAME:
        return text(type, out, size, "North side");
    case DEVICE_INFO_SERIAL_NUMBER:
        return text(type, out, size, c->who.serial);
    case DEVICE_INFO_VERSION:
        return text(type, out, size, "1.4.2");
    case DEVICE_INFO_TIMESTAMP_FREQUENCY:
        return number(type, out, size, TICKS_HZ);
    default:
        return no_command();
    }
}

GENTL GC_ERROR IFGetDeviceInfo(HANDLE interface, const char *id, INFO_CMD command, INFO_DATATYPE *type, void *out,
                               size_t *size) {
    if (!is(interface, INTERFACE)) return bad_handle();
    const int index = device_index(interface, id);
    if (index < 0) return fail(GC_ERR_INVALID_ID, "There is no device %s", id ? id : "");
    return device_info(index, command, type, out, size);
}

static bool held(const camera *c) {
    char name[256], path[4352];
    struct stat file;
    const int64_t heartbeat_ms = world_number("heartbeat");
    snprintf(name, sizeof name, "held.%s", c->who.serial);
    world_path(name, path, sizeof path);
    if (!heartbeat_ms || stat(path, &file)) return false;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t age_ms = (now.tv_sec - file.st_mtim.tv_sec) * 1000 + (now.tv_nsec - file.st_mtim.tv_nsec) / 1000000;
    return age_ms < heartbeat_ms;
}

GENTL GC_ERROR IFOpenDevice(HANDLE interface, const char *id, int32_t access, HANDLE *out) {
    NOTE();
    (void)access;
    if (!is(interface, INTERFACE)) return bad_handle();
    const int index = device_index(interface, id);
    if (index < 0) return fail(GC_ERR_INVALID_ID, "There is no device %s", id ? id : "");
    camera *c = &cameras[index];
    rest(world_number("open_ms"));
    if (world_has("crash_open", NULL)) raise(SIGSEGV);
    if (c->open) return fail(GC_ERR_RESOURCE_IN_USE, "The device is open already");
    if (world_has("busy", c->who.serial)) return fail(GC_ERR_ACCESS_DENIED, "Another program controls the device");
    if (held(c)) return fail(GC_ERR_ACCESS_DENIED, "The device waits for the end of its last connection");
    if (world_has("gone", c->who.serial)) return fail(GC_ERR_IO, "The device does not answer");
    pthread_mutex_lock(&lock);
    camera_reset(c);
    c->open = true;
    c->lost = c->quit = c->grabbing = c->event = c->killed = false;
    c->delivered = c->underrun = c->started = c->fired = 0;
    pthread_mutex_unlock(&lock);
    if (pthread_create(&c->thread, NULL, camera_run, c)) {
        c->open = false;
        return fail(GC_ERR_ERROR, "No thread for the camera");
    }
    *out = &devices[index];
    return GC_ERR_SUCCESS;
}

/* --- device --- */

GENTL GC_ERROR DevGetPort(HANDLE device, HANDLE *out) {
    if (!camera_of(device, DEVICE)) return bad_handle();
    *out = &remotes[((module *)device)->index];
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR DevGetNumDataStreams(HANDLE device, uint32_t *count) {
    if (!camera_of(device, DEVICE)) return bad_handle();
    *count = 1;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR DevGetDataStreamID(HANDLE device, uint32_t index, char *out, size_t *size) {
    if (!camera_of(device, DEVICE)) return bad_handle();
    if (index) return fail(GC_ERR_INVALID_INDEX, "There is one stream");
    return text(NULL, out, size, "stream0");
}

GENTL GC_ERROR DevOpenDataStream(HANDLE device, const char *id, HANDLE *out) {
    NOTE();
    if (!camera_of(device, DEVICE)) return bad_handle();
    if (!id || strcmp(id, "stream0")) return fail(GC_ERR_INVALID_ID, "There is no stream %s", id ? id : "");
    *out = &streams[((module *)device)->index];
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR DevGetInfo(HANDLE device, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    if (!camera_of(device, DEVICE)) return bad_handle();
    return device_info(((module *)device)->index, command, type, out, size);
}

GENTL GC_ERROR DevGetParentIF(HANDLE device, HANDLE *out) {
    if (!camera_of(device, DEVICE)) return bad_handle();
    *out = &interfaces[interface_of(((module *)device)->index)];
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR DevClose(HANDLE device) {
    NOTE();
    camera *c = camera_of(device, DEVICE);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    c->quit = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(c->thread, NULL);
    while (c->announced) {
        buffer *b = c->announced;
        c->announced = b->next;
        if (b->ours) free(b->base);
        free(b);
    }
    c->input.count = c->output.count = 0;
    c->open = false;
    char name[256], path[4352];
    snprintf(name, sizeof name, "held.%s", c->who.serial);
    world_path(name, path, sizeof path);
    unlink(path);
    return GC_ERR_SUCCESS;
}
