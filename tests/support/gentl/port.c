/* The registers of a camera as a GenTL port, with the time they take, and where its description lies. */
#include <stdio.h>

#include "modules.h"

#define PORT_DELAY_MS 300 /* how long a register of a camera that is gone takes to fail */

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
