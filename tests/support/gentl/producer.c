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

#include "camera.h"

#define VENDOR "Inspector Tests"
#define VERSION "1.0.0"
#define PORT_DELAY_MS 300 /* how long a register of a camera that is gone takes to fail */

/* The descriptions are part of this file, so that one file is all a driver is. */
#define EMBED(symbol, file)                                                                                            \
    __asm__(".section .rodata\n" #symbol ":\n.incbin \"" file "\"\n" #symbol "_end:\n.byte 0\n.previous\n");           \
    extern const char symbol[] __attribute__((visibility("hidden")));                                                  \
    extern const char symbol##_end[] __attribute__((visibility("hidden")))
EMBED(modern_xml, "modern.xml");
EMBED(classic_xml, "classic.xml");

enum { SYSTEM = 0x5401, INTERFACE, DEVICE, REMOTE, STREAM, EVENT };
enum { CAMERAS = 4, INTERFACES = 2 };

typedef struct {
    int kind;
    int index;
} module;

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed;

static bool ready;
static module system_module = {SYSTEM, 0}, interfaces[INTERFACES], devices[CAMERAS], remotes[CAMERAS], streams[CAMERAS],
              events[CAMERAS];
static camera cameras[CAMERAS];
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

static void note(const char *call) {
    char path[4096];
    if (!world_has("log", NULL)) return;
    world_path("calls", path, sizeof path);
    FILE *file = fopen(path, "a");
    if (!file) return;
    fprintf(file, "%s\n", call);
    fclose(file);
}
#define NOTE() note(__func__)

static void rest(int64_t ms) {
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    if (ms > 0) nanosleep(&t, NULL);
}

static GC_ERROR bad_handle(void) { return fail(GC_ERR_INVALID_HANDLE, "The handle is none of this producer's"); }

static camera *camera_of(HANDLE handle, int kind) {
    const module *m = handle;
    if (!ready || !m || m->kind != kind || !cameras[m->index].open) return NULL;
    return &cameras[m->index];
}

static bool is(HANDLE handle, int kind) { return ready && handle && ((module *)handle)->kind == kind; }

/* --- answers: ask for the length, then for the value --- */

static GC_ERROR answer(INFO_DATATYPE *type, void *out, size_t *size, int kind, const void *value, size_t length) {
    if (!size) return fail(GC_ERR_INVALID_PARAMETER, "No place for the size");
    if (type) *type = kind;
    if (out && *size < length) return fail(GC_ERR_BUFFER_TOO_SMALL, "%zu bytes are too few, %zu are needed", *size, length);
    if (out) memcpy(out, value, length);
    *size = length;
    return GC_ERR_SUCCESS;
}

static GC_ERROR text(INFO_DATATYPE *type, void *out, size_t *size, const char *value) {
    return answer(type, out, size, TYPE_STRING, value, strlen(value) + 1);
}

static GC_ERROR flag(INFO_DATATYPE *type, void *out, size_t *size, bool value) {
    const bool8_t byte = value;
    return answer(type, out, size, TYPE_BOOL8, &byte, sizeof byte);
}

static GC_ERROR number(INFO_DATATYPE *type, void *out, size_t *size, uint64_t value) {
    return answer(type, out, size, TYPE_UINT64, &value, sizeof value);
}

static GC_ERROR amount(INFO_DATATYPE *type, void *out, size_t *size, size_t value) {
    return answer(type, out, size, TYPE_SIZET, &value, sizeof value);
}

static GC_ERROR whole(INFO_DATATYPE *type, void *out, size_t *size, int32_t value) {
    return answer(type, out, size, TYPE_INT32, &value, sizeof value);
}

static GC_ERROR pointer(INFO_DATATYPE *type, void *out, size_t *size, const void *value) {
    return answer(type, out, size, TYPE_PTR, &value, sizeof value);
}

static GC_ERROR no_command(void) { return fail(GC_ERR_NOT_AVAILABLE, "This is not told"); }

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

/* --- ports --- */

/* What every register access costs, and whether the camera is there to answer. */
static GC_ERROR reach(camera *c, uint64_t address) {
    pthread_mutex_lock(&lock);
    const bool gone = camera_gone(c);
    const int64_t delay_ms = get_int(c, REG_FAULT_REGISTER_DELAY);
    const int64_t stop_ms = address == REG_STOP ? get_int(c, REG_FAULT_STOP_DELAY) : 0;
    pthread_mutex_unlock(&lock);
    rest(gone ? PORT_DELAY_MS : delay_ms + stop_ms + world_number("register_ms"));
    return gone ? fail(GC_ERR_IO, "The device does not answer") : GC_ERR_SUCCESS;
}

GENTL GC_ERROR GCReadPort(HANDLE port, uint64_t address, void *out, size_t *size) {
    camera *c = camera_of(port, REMOTE);
    if (!c) return bad_handle();
    GC_ERROR code = address >= XML_ADDRESS ? GC_ERR_SUCCESS : reach(c, address);
    if (code) return code;
    pthread_mutex_lock(&lock);
    code = camera_read(c, address, out, *size);
    pthread_mutex_unlock(&lock);
    return code;
}

GENTL GC_ERROR GCWritePort(HANDLE port, uint64_t address, const void *in, size_t *size) {
    camera *c = camera_of(port, REMOTE);
    if (!c) return bad_handle();
    GC_ERROR code = reach(c, address);
    if (code) return code;
    pthread_mutex_lock(&lock);
    code = camera_write(c, address, in, *size);
    pthread_mutex_unlock(&lock);
    return code;
}

GENTL GC_ERROR GCReadPortStacked(HANDLE port, REGISTER_ENTRY *entries, size_t *count) {
    for (size_t i = 0; i < *count; i++) {
        size_t size = entries[i].size;
        const GC_ERROR code = GCReadPort(port, entries[i].address, entries[i].buffer, &size);
        if (code) {
            *count = i;
            return code;
        }
    }
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR GCWritePortStacked(HANDLE port, REGISTER_ENTRY *entries, size_t *count) {
    for (size_t i = 0; i < *count; i++) {
        size_t size = entries[i].size;
        const GC_ERROR code = GCWritePort(port, entries[i].address, entries[i].buffer, &size);
        if (code) {
            *count = i;
            return code;
        }
    }
    return GC_ERR_SUCCESS;
}

/* Only the camera itself has a description; the modules of the producer have none. */
GENTL GC_ERROR GCGetNumPortURLs(HANDLE port, uint32_t *count) {
    if (!camera_of(port, REMOTE)) return fail(GC_ERR_NOT_AVAILABLE, "This module has no description");
    *count = 1;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR GCGetPortURL(HANDLE port, char *out, size_t *size) {
    const camera *c = camera_of(port, REMOTE);
    char url[128];
    if (!c) return fail(GC_ERR_NOT_AVAILABLE, "This module has no description");
    snprintf(url, sizeof url, "Local:%s.xml;%X;%zX", c->who.classic ? "classic" : "modern", XML_ADDRESS, c->xml_size);
    return text(NULL, out, size, url);
}

GENTL GC_ERROR GCGetPortURLInfo(HANDLE port, uint32_t index, INFO_CMD command, INFO_DATATYPE *type, void *out,
                                size_t *size) {
    const camera *c = camera_of(port, REMOTE);
    if (!c || index) return fail(GC_ERR_NOT_AVAILABLE, "This module has no such description");
    switch (command) {
    case URL_INFO_URL: {
        char url[128];
        size_t length = sizeof url;
        const GC_ERROR code = GCGetPortURL(port, url, &length);
        return code ? code : text(type, out, size, url);
    }
    case URL_INFO_SCHEMA_VER_MAJOR:
    case URL_INFO_SCHEMA_VER_MINOR:
    case URL_INFO_FILE_VER_MAJOR:
        return whole(type, out, size, 1);
    case URL_INFO_FILE_VER_MINOR:
    case URL_INFO_FILE_VER_SUBMINOR:
    case URL_INFO_SCHEME:
        return whole(type, out, size, 0);
    case URL_INFO_FILE_REGISTER_ADDRESS:
        return number(type, out, size, XML_ADDRESS);
    case URL_INFO_FILE_SIZE:
        return number(type, out, size, c->xml_size);
    case URL_INFO_FILENAME:
        return text(type, out, size, c->who.classic ? "classic.xml" : "modern.xml");
    default:
        return no_command();
    }
}

GENTL GC_ERROR GCGetPortInfo(HANDLE port, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    const module *m = port;
    static const char *names[] = {"TLSystem", "TLInterface", "TLDevice", "TLRemoteDevice", "TLDataStream"};
    static const char *ports[] = {"TLPort", "InterfacePort", "DevicePort", "Device", "StreamPort"};
    if (!ready || !m || m->kind < SYSTEM || m->kind > STREAM) return bad_handle();
    switch (command) {
    case PORT_INFO_ID:
    case PORT_INFO_PORTNAME:
        return text(type, out, size, ports[m->kind - SYSTEM]);
    case PORT_INFO_VENDOR:
        return text(type, out, size, VENDOR);
    case PORT_INFO_MODEL:
        return text(type, out, size, m->kind > INTERFACE ? cameras[m->index].who.model : "TestCam producer");
    case PORT_INFO_TLTYPE:
        return text(type, out, size, m->kind > INTERFACE ? cameras[m->index].who.link : "Mixed");
    case PORT_INFO_MODULE:
        return text(type, out, size, names[m->kind - SYSTEM]);
    case PORT_INFO_LITTLE_ENDIAN:
    case PORT_INFO_ACCESS_READ:
    case PORT_INFO_ACCESS_WRITE:
        return flag(type, out, size, true);
    case PORT_INFO_BIG_ENDIAN:
    case PORT_INFO_ACCESS_NA:
    case PORT_INFO_ACCESS_NI:
        return flag(type, out, size, false);
    case PORT_INFO_VERSION:
        return text(type, out, size, VERSION);
    default:
        return no_command();
    }
}

/* --- stream --- */

static buffer *find_buffer(camera *c, HANDLE handle) {
    for (buffer *b = c->announced; b; b = b->next)
        if (b == handle) return b;
    return NULL;
}

static GC_ERROR no_buffer(void) { return fail(GC_ERR_INVALID_BUFFER, "The buffer was not announced"); }

static GC_ERROR announce(HANDLE stream, void *base, size_t size, void *user, bool ours, HANDLE *out) {
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    buffer *b = calloc(1, sizeof *b);
    *b = (buffer){.base = base, .size = size, .user = user, .ours = ours};
    pthread_mutex_lock(&lock);
    b->next = c->announced;
    c->announced = b;
    pthread_mutex_unlock(&lock);
    *out = b;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR DSAnnounceBuffer(HANDLE stream, void *base, size_t size, void *user, HANDLE *out) {
    NOTE();
    return announce(stream, base, size, user, false, out);
}

GENTL GC_ERROR DSAllocAndAnnounceBuffer(HANDLE stream, size_t size, void *user, HANDLE *out) {
    NOTE();
    return announce(stream, calloc(1, size), size, user, true, out);
}

GENTL GC_ERROR DSRevokeBuffer(HANDLE stream, HANDLE handle, void **base, void **user) {
    NOTE();
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    buffer *b = find_buffer(c, handle);
    GC_ERROR code = b ? GC_ERR_SUCCESS : no_buffer();
    if (b && b->queued && c->grabbing) code = fail(GC_ERR_RESOURCE_IN_USE, "The buffer is queued");
    if (!code) {
        buffer **place = &c->announced;
        while (*place != b) place = &(*place)->next;
        *place = b->next;
        queue_remove(&c->input, b);
        queue_remove(&c->output, b);
        if (base) *base = b->ours ? NULL : b->base;
        if (user) *user = b->user;
        if (b->ours) free(b->base);
        free(b);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static void enqueue(camera *c, buffer *b) {
    b->queued = true;
    b->filled = 0;
    queue_put(&c->input, b);
}

GENTL GC_ERROR DSQueueBuffer(HANDLE stream, HANDLE handle) {
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    buffer *b = find_buffer(c, handle);
    GC_ERROR code = b ? GC_ERR_SUCCESS : no_buffer();
    if (b && b->queued) code = fail(GC_ERR_RESOURCE_IN_USE, "The buffer is queued already");
    if (!code) enqueue(c, b);
    pthread_mutex_unlock(&lock);
    return code;
}

GENTL GC_ERROR DSFlushQueue(HANDLE stream, int32_t operation) {
    NOTE();
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    switch (operation) {
    case ACQ_QUEUE_INPUT_TO_OUTPUT:
        for (buffer *b; (b = queue_take(&c->input));) queue_put(&c->output, b);
        break;
    case ACQ_QUEUE_OUTPUT_DISCARD:
        for (buffer *b; (b = queue_take(&c->output));) b->queued = false;
        break;
    case ACQ_QUEUE_ALL_TO_INPUT:
        for (buffer *b; (b = queue_take(&c->output));) enqueue(c, b);
        /* fall through */
    case ACQ_QUEUE_UNQUEUED_TO_INPUT:
        for (buffer *b = c->announced; b; b = b->next)
            if (!b->queued) enqueue(c, b);
        break;
    default:
        for (buffer *b; (b = queue_take(&c->input));) b->queued = false;
        for (buffer *b; (b = queue_take(&c->output));) b->queued = false;
    }
    pthread_mutex_unlock(&lock);
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR DSStartAcquisition(HANDLE stream, int32_t flags, uint64_t pictures) {
    NOTE();
    (void)flags, (void)pictures;
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    GC_ERROR code = c->grabbing ? fail(GC_ERR_RESOURCE_IN_USE, "The stream is started already") : GC_ERR_SUCCESS;
    c->grabbing = true;
    c->started = c->delivered = c->underrun = 0;
    pthread_mutex_unlock(&lock);
    return code;
}

GENTL GC_ERROR DSStopAcquisition(HANDLE stream, int32_t flags) {
    NOTE();
    (void)flags;
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    const bool ran = c->grabbing;
    c->grabbing = false;
    pthread_mutex_unlock(&lock);
    return ran ? GC_ERR_SUCCESS : fail(GC_ERR_RESOURCE_IN_USE, "The stream is not started");
}

GENTL GC_ERROR DSClose(HANDLE stream) {
    NOTE();
    return camera_of(stream, STREAM) ? GC_ERR_SUCCESS : bad_handle();
}

GENTL GC_ERROR DSGetParentDev(HANDLE stream, HANDLE *out) {
    if (!camera_of(stream, STREAM)) return bad_handle();
    *out = &devices[((module *)stream)->index];
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR DSGetBufferID(HANDLE stream, uint32_t index, HANDLE *out) {
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    for (buffer *b = c->announced; b; b = b->next)
        if (!index--) {
            *out = b;
            return GC_ERR_SUCCESS;
        }
    return fail(GC_ERR_INVALID_INDEX, "There are fewer buffers");
}

GENTL GC_ERROR DSGetInfo(HANDLE stream, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    size_t announced = 0;
    for (const buffer *b = c->announced; b; b = b->next) announced++;
    switch (command) {
    case STREAM_INFO_ID:
        return text(type, out, size, "stream0");
    case STREAM_INFO_NUM_DELIVERED:
        return number(type, out, size, c->delivered);
    case STREAM_INFO_NUM_UNDERRUN:
        return number(type, out, size, c->underrun);
    case STREAM_INFO_NUM_STARTED:
        return number(type, out, size, c->delivered);
    case STREAM_INFO_NUM_ANNOUNCED:
        return amount(type, out, size, announced);
    case STREAM_INFO_NUM_QUEUED:
        return amount(type, out, size, c->input.count);
    case STREAM_INFO_NUM_AWAIT_DELIVERY:
        return amount(type, out, size, c->output.count);
    case STREAM_INFO_PAYLOAD_SIZE:
        return amount(type, out, size, camera_payload(c));
    case STREAM_INFO_IS_GRABBING:
        return flag(type, out, size, c->grabbing);
    case STREAM_INFO_DEFINES_PAYLOADSIZE:
        return flag(type, out, size, false); /* the camera's own PayloadSize counts */
    case STREAM_INFO_TLTYPE:
        return text(type, out, size, c->who.link);
    case STREAM_INFO_NUM_CHUNKS_MAX:
        return amount(type, out, size, 1);
    case STREAM_INFO_BUF_ANNOUNCE_MIN:
        return amount(type, out, size, 3);
    case STREAM_INFO_BUF_ALIGNMENT:
        return amount(type, out, size, 1);
    default:
        return no_command();
    }
}

GENTL GC_ERROR DSGetBufferInfo(HANDLE stream, HANDLE handle, INFO_CMD command, INFO_DATATYPE *type, void *out,
                               size_t *size) {
    camera *c = camera_of(stream, STREAM);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    const buffer *b = find_buffer(c, handle);
    const int64_t clock = get_int(c, REG_TIMESTAMP_MODE);
    GC_ERROR code;
    if (!b) code = no_buffer();
    else switch (command) {
    case BUFFER_INFO_BASE:
        code = pointer(type, out, size, b->base);
        break;
    case BUFFER_INFO_SIZE:
        code = amount(type, out, size, b->size);
        break;
    case BUFFER_INFO_USER_PTR:
        code = pointer(type, out, size, b->user);
        break;
    case BUFFER_INFO_TIMESTAMP:
        code = clock == 2 ? no_command() : number(type, out, size, b->stamp_ns * (TICKS_HZ / 1000000) / 1000);
        break;
    case BUFFER_INFO_TIMESTAMP_NS:
        code = clock ? no_command() : number(type, out, size, b->stamp_ns);
        break;
    case BUFFER_INFO_NEW_DATA:
        code = flag(type, out, size, b->filled > 0);
        break;
    case BUFFER_INFO_IS_QUEUED:
        code = flag(type, out, size, b->queued);
        break;
    case BUFFER_INFO_IS_ACQUIRING:
        code = flag(type, out, size, false);
        break;
    case BUFFER_INFO_IS_INCOMPLETE:
        code = flag(type, out, size, b->incomplete);
        break;
    case BUFFER_INFO_TLTYPE:
        code = text(type, out, size, c->who.link);
        break;
    case BUFFER_INFO_SIZE_FILLED:
    case BUFFER_INFO_DATA_SIZE:
        code = amount(type, out, size, b->filled);
        break;
    case BUFFER_INFO_WIDTH:
        code = amount(type, out, size, (size_t)b->width);
        break;
    case BUFFER_INFO_HEIGHT:
        code = amount(type, out, size, (size_t)b->height);
        break;
    case BUFFER_INFO_XOFFSET:
        code = amount(type, out, size, (size_t)b->offset_x);
        break;
    case BUFFER_INFO_YOFFSET:
        code = amount(type, out, size, (size_t)b->offset_y);
        break;
    case BUFFER_INFO_XPADDING:
        code = amount(type, out, size, (size_t)b->padding);
        break;
    case BUFFER_INFO_YPADDING:
    case BUFFER_INFO_IMAGEOFFSET:
        code = amount(type, out, size, 0);
        break;
    case BUFFER_INFO_FRAMEID:
        code = number(type, out, size, b->id);
        break;
    case BUFFER_INFO_IMAGEPRESENT:
        code = flag(type, out, size, true);
        break;
    case BUFFER_INFO_PAYLOADTYPE: {
        const size_t kind = b->chunks ? PAYLOAD_TYPE_CHUNK_DATA : PAYLOAD_TYPE_IMAGE;
        code = amount(type, out, size, kind);
        break;
    }
    case BUFFER_INFO_PIXELFORMAT:
        code = number(type, out, size, b->format);
        break;
    case BUFFER_INFO_PIXELFORMAT_NAMESPACE:
        code = number(type, out, size, PIXELFORMAT_NAMESPACE_PFNC_32BIT);
        break;
    case BUFFER_INFO_PIXEL_ENDIANNESS:
        code = whole(type, out, size, PIXEL_LITTLE);
        break;
    case BUFFER_INFO_CONTAINS_CHUNKDATA:
        code = flag(type, out, size, b->chunks);
        break;
    default:
        code = no_command();
    }
    pthread_mutex_unlock(&lock);
    return code;
}

GENTL GC_ERROR DSGetBufferChunkData(HANDLE stream, HANDLE handle, void *chunks, size_t *count) {
    (void)stream, (void)handle, (void)chunks, (void)count;
    return fail(GC_ERR_PARSING_CHUNK_DATA, "The chunk data is damaged");
}

GENTL GC_ERROR DSGetNumBufferParts(HANDLE stream, HANDLE handle, uint32_t *parts) {
    (void)stream, (void)handle;
    *parts = 0;
    return fail(GC_ERR_NO_DATA, "The buffer has no parts");
}

GENTL GC_ERROR DSGetBufferPartInfo(HANDLE stream, HANDLE handle, uint32_t part, INFO_CMD command, INFO_DATATYPE *type,
                                   void *out, size_t *size) {
    (void)stream, (void)handle, (void)part, (void)command, (void)type, (void)out, (void)size;
    return fail(GC_ERR_NO_DATA, "The buffer has no parts");
}

/* Flows, segments and composite buffers: no camera here has any. */
#define ABSENT(name)                                                                                                   \
    GENTL GC_ERROR name(void);                                                                                         \
    GENTL GC_ERROR name(void) { return fail(GC_ERR_NOT_IMPLEMENTED, "There is no such thing here"); }
ABSENT(DSAnnounceCompositeBuffer)
ABSENT(DSGetNumFlows)
ABSENT(DSGetFlowInfo)
ABSENT(DSGetNumBufferSegments)
ABSENT(DSGetBufferSegmentInfo)

/* --- events --- */

GENTL GC_ERROR GCRegisterEvent(HANDLE source, int32_t kind, HANDLE *out) {
    camera *c = camera_of(source, STREAM);
    if (!c || kind != EVENT_NEW_BUFFER) return fail(GC_ERR_NOT_IMPLEMENTED, "There is no such event");
    if (c->event) return fail(GC_ERR_RESOURCE_IN_USE, "The event is registered already");
    c->event = true;
    c->killed = false;
    *out = &events[((module *)source)->index];
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR GCUnregisterEvent(HANDLE source, int32_t kind) {
    camera *c = camera_of(source, STREAM);
    if (!c || kind != EVENT_NEW_BUFFER) return bad_handle();
    c->event = false;
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR EventGetData(HANDLE event, void *out, size_t *size, uint64_t timeout_ms) {
    camera *c = camera_of(event, EVENT);
    if (!c) return bad_handle();
    if (*size < sizeof(NEW_BUFFER_DATA)) return fail(GC_ERR_BUFFER_TOO_SMALL, "The event does not fit");
    const bool forever = timeout_ms > 1000000000ULL;
    const int64_t until = forever ? INT64_MAX : now_ns() + (int64_t)timeout_ms * 1000000LL;
    pthread_mutex_lock(&lock);
    GC_ERROR code = GC_ERR_SUCCESS;
    buffer *b = NULL;
    while (!code && !(b = queue_take(&c->output))) {
        const int64_t now = now_ns();
        if (get_int(c, REG_FAULT_DRIVER_ERROR)) code = fail(GC_ERR_IO, "The link broke");
        else if (c->killed) code = fail(GC_ERR_ABORT, "The wait was ended");
        else if (now >= until) code = fail(GC_ERR_TIMEOUT, "No picture in time");
        else {
            const int64_t next = until - now > 100000000LL ? now + 100000000LL : until;
            const struct timespec limit = {next / 1000000000LL, next % 1000000000LL};
            pthread_cond_timedwait(&changed, &lock, &limit);
        }
    }
    c->killed = false;
    if (b) {
        b->queued = false;
        const NEW_BUFFER_DATA data = {b, b->user};
        memcpy(out, &data, sizeof data);
        *size = sizeof data;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

GENTL GC_ERROR EventGetDataInfo(HANDLE event, const void *in, size_t in_size, INFO_CMD command, INFO_DATATYPE *type,
                                void *out, size_t *size) {
    if (!camera_of(event, EVENT)) return bad_handle();
    if (in_size < sizeof(NEW_BUFFER_DATA)) return fail(GC_ERR_INVALID_PARAMETER, "This is no event");
    const NEW_BUFFER_DATA *data = in;
    switch (command) {
    case EVENT_DATA_ID:
        return pointer(type, out, size, data->buffer);
    case EVENT_DATA_VALUE:
        return pointer(type, out, size, data->user);
    default:
        return no_command();
    }
}

GENTL GC_ERROR EventGetInfo(HANDLE event, INFO_CMD command, INFO_DATATYPE *type, void *out, size_t *size) {
    const camera *c = camera_of(event, EVENT);
    if (!c) return bad_handle();
    switch (command) {
    case EVENT_EVENT_TYPE:
        return whole(type, out, size, EVENT_NEW_BUFFER);
    case EVENT_NUM_IN_QUEUE:
        return amount(type, out, size, c->output.count);
    case EVENT_NUM_FIRED:
        return number(type, out, size, c->fired);
    case EVENT_SIZE_MAX:
        return amount(type, out, size, sizeof(NEW_BUFFER_DATA));
    case EVENT_INFO_DATA_SIZE_MAX:
        return amount(type, out, size, sizeof(void *));
    default:
        return no_command();
    }
}

GENTL GC_ERROR EventFlush(HANDLE event) {
    camera *c = camera_of(event, EVENT);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    for (buffer *b; (b = queue_take(&c->output));) b->queued = false;
    pthread_mutex_unlock(&lock);
    return GC_ERR_SUCCESS;
}

GENTL GC_ERROR EventKill(HANDLE event) {
    camera *c = camera_of(event, EVENT);
    if (!c) return bad_handle();
    pthread_mutex_lock(&lock);
    c->killed = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return GC_ERR_SUCCESS;
}
