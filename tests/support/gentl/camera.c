/* The camera itself: what its registers do, which faults it has been told to have, and when it takes a picture. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <utime.h>
#include <stdio.h>

#include "camera.h"

#define MS 1000000LL
#define READOUT_NS (1 * MS)
#define FREE_RATE_HZ 60.0

int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* --- registers --- */

static uint8_t *at(const camera *c, uint64_t reg) { return (uint8_t *)c->registers + (reg - REG_FIRST); }

int64_t get_int(const camera *c, uint64_t reg) {
    int64_t value;
    memcpy(&value, at(c, reg), sizeof value);
    return value;
}

double get_float(const camera *c, uint64_t reg) {
    double value;
    memcpy(&value, at(c, reg), sizeof value);
    return value;
}

void put_int(camera *c, uint64_t reg, int64_t value) { memcpy(at(c, reg), &value, sizeof value); }

static void put_float(camera *c, uint64_t reg, double value) { memcpy(at(c, reg), &value, sizeof value); }

static void put_text(camera *c, uint64_t reg, const char *text) { snprintf((char *)at(c, reg), 64, "%s", text); }

void camera_reset(camera *c) {
    memset(c->registers, 0, sizeof c->registers);
#define X(reg, value) put_int(c, reg, value);
    INTEGER_DEFAULTS
#undef X
#define X(reg, value) put_float(c, reg, value);
    FLOAT_DEFAULTS
#undef X
#define X(reg, value) put_text(c, reg, value);
    STRING_DEFAULTS
#undef X
    put_text(c, REG_VENDOR, "Inspector Tests");
    put_text(c, REG_MODEL, c->who.model);
    put_text(c, REG_SERIAL, c->who.serial);
    put_float(c, COPY(REG_TEMPERATURE, 0), 41.5);
    put_float(c, COPY(REG_TEMPERATURE, 1), 48.25);
    put_int(c, COPY(REG_LINE_MODE, 1), 1);
    put_int(c, REG_FRAME_ID_SHORT, c->who.classic);
    c->streaming = false;
    c->shots.count = 0;
}

static int64_t exposure_ns(const camera *c) { return (int64_t)(get_float(c, REG_EXPOSURE) * 1e3); }

static int64_t period_ns(const camera *c) {
    const double rate = get_int(c, REG_RATE_ENABLE) ? get_float(c, REG_RATE) : FREE_RATE_HZ;
    const int64_t period = (int64_t)(1e9 / rate);
    return period > exposure_ns(c) ? period : exposure_ns(c);
}

static bool triggered(const camera *c) { return get_int(c, REG_TRIGGER_MODE) != 0; }

static bool with_chunks(const camera *c) { return get_int(c, REG_CHUNK_MODE) || get_int(c, REG_FAULT_CORRUPT_CHUNK); }

static int64_t format_now(const camera *c) {
    const int64_t written = get_int(c, REG_PIXEL_FORMAT);
    if (!get_int(c, REG_BAYER_FOLLOWS)) return written;
    const int64_t mirrored = get_int(c, REG_REVERSE_X) ? get_int(c, REG_WIDTH) - 1 : 0;
    return bayer_shifted(written, get_int(c, REG_OFFSET_X) + mirrored, get_int(c, REG_OFFSET_Y));
}

size_t camera_payload(const camera *c) {
    const size_t picture = picture_bytes(get_int(c, REG_PIXEL_FORMAT), get_int(c, REG_WIDTH), get_int(c, REG_HEIGHT),
                                         get_int(c, REG_LINE_PADDING));
    return picture + (with_chunks(c) ? CHUNK_BYTES : 0);
}

/* Limits, locks and results are worked out when somebody reads them. */
static void refresh(camera *c) {
    const int64_t width = get_int(c, REG_SENSOR_WIDTH), height = get_int(c, REG_SENSOR_HEIGHT);
    put_int(c, REG_LIMIT_WIDTH, width - get_int(c, REG_OFFSET_X));
    put_int(c, REG_LIMIT_HEIGHT, height - get_int(c, REG_OFFSET_Y));
    put_int(c, REG_LIMIT_OFFSET_X, width - get_int(c, REG_WIDTH));
    put_int(c, REG_LIMIT_OFFSET_Y, height - get_int(c, REG_HEIGHT));
    put_int(c, REG_LOCK_STREAM, c->streaming || get_int(c, REG_TL_LOCKED));
    put_int(c, REG_LOCK_RATE, !get_int(c, REG_RATE_ENABLE));
    put_int(c, REG_LOCK_EXPOSURE, get_int(c, REG_EXPOSURE_AUTO) != 0 || get_int(c, REG_EXPOSURE_MODE) != 0);
    put_int(c, REG_LOCK_GAIN, get_int(c, REG_GAIN_AUTO) != 0);
    put_int(c, REG_TRIGGER_READY, triggered(c) && get_int(c, REG_TRIGGER_SOURCE) == 0);
    put_int(c, REG_PAYLOAD, (int64_t)camera_payload(c));
    put_float(c, REG_RATE_RESULT, 1e9 / (double)period_ns(c));
}

GC_ERROR camera_read(camera *c, uint64_t address, void *out, size_t size) {
    if (address >= XML_ADDRESS && address + size <= XML_ADDRESS + c->xml_size) {
        memcpy(out, c->xml + (address - XML_ADDRESS), size);
        return GC_ERR_SUCCESS;
    }
    if (address < REG_FIRST || address + size > REG_END)
        return fail(GC_ERR_INVALID_ADDRESS, "There is no register at 0x%llx", (unsigned long long)address);
    refresh(c);
    memcpy(out, at(c, address), size);
    if (address == REG_PIXEL_FORMAT && size == 8) {
        const int64_t format = format_now(c);
        memcpy(out, &format, sizeof format);
    }
    return GC_ERR_SUCCESS;
}

/* --- triggers --- */

static void expose(camera *c, int64_t delay_ns) {
    const int64_t begin = now_ns() + delay_ns, end = begin + exposure_ns(c);
    if (c->shots.count == sizeof c->shots.due_ns / sizeof *c->shots.due_ns) return;
    c->exposing_until = end;
    c->shots.due_ns[c->shots.count++] = end + READOUT_NS + get_int(c, REG_FAULT_LATE) * MS;
    pthread_cond_broadcast(&changed);
}

static bool count_down(camera *c, uint64_t reg) {
    const int64_t left = get_int(c, reg);
    if (left > 0) put_int(c, reg, left - 1);
    return left > 0;
}

static void trigger(camera *c, int64_t source) {
    if (!c->streaming || !triggered(c) || get_int(c, REG_TRIGGER_SOURCE) != source) return;
    if (count_down(c, REG_FAULT_SWALLOW_TRIGGERS)) return;
    if (now_ns() < c->exposing_until) return; /* a sensor that is exposing does not see another trigger */
    expose(c, (int64_t)(get_float(c, REG_TRIGGER_DELAY) * 1e3));
}

static void begin(camera *c) {
    c->streaming = true;
    c->next_id = (uint64_t)get_int(c, REG_FRAME_ID_FIRST);
    c->due_ns = now_ns() + exposure_ns(c) + READOUT_NS;
    c->exposing_until = 0;
    c->shots.count = 0;
    put_int(c, REG_PICTURES_TAKEN, 0);
    pthread_cond_broadcast(&changed);
}

static GC_ERROR written(camera *c, uint64_t reg, int64_t before) {
    const int64_t value = get_int(c, reg);
    switch (reg) {
    case REG_START:
        begin(c);
        break;
    case REG_STOP:
        c->streaming = false;
        break;
    case REG_TRIGGER_SOFTWARE:
        trigger(c, 0);
        break;
    case REG_LINE_PULSE:
        trigger(c, 1);
        break;
    case REG_FAULT_STRAY_FRAME:
        expose(c, 0);
        break;
    case REG_FAULT_RESTART:
    case REG_RESET:
        camera_reset(c);
        break;
    case REG_SET_LOAD:
        if (c->streaming) return fail(GC_ERR_ACCESS_DENIED, "User sets cannot be loaded while pictures are taken");
        camera_reset(c);
        break;
    case REG_FAULT_CRASH:
        raise(SIGSEGV);
        break;
    case REG_FAULT_LOST:
        c->lost = value != 0;
        break;
    case REG_OUTPUT_VALUE:
        if (value != before) put_int(c, REG_OUTPUT_EDGES, get_int(c, REG_OUTPUT_EDGES) + 1);
        break;
    case REG_EXPOSURE_AUTO:
        if (value) put_float(c, REG_EXPOSURE, 8000.0);
        break;
    case REG_REFUSED_SETTING:
        put_int(c, reg, before);
        return fail(GC_ERR_INVALID_PARAMETER, "The sensor is too warm for this setting");
    case REG_ROUNDED_SETTING:
        put_int(c, reg, value - value % 10);
        break;
    default:
        break;
    }
    return GC_ERR_SUCCESS;
}

GC_ERROR camera_write(camera *c, uint64_t address, const void *in, size_t size) {
    if (address < REG_FIRST || address + size > REG_END)
        return fail(GC_ERR_INVALID_ADDRESS, "There is no register at 0x%llx", (unsigned long long)address);
    const bool locks = address == REG_WIDTH || address == REG_HEIGHT || address == REG_PIXEL_FORMAT;
    if (locks && c->streaming) return fail(GC_ERR_ACCESS_DENIED, "The register is locked while pictures are taken");
    const int64_t before = size == 8 ? get_int(c, address) : 0;
    memcpy(at(c, address), in, size);
    return size == 8 ? written(c, address, before) : GC_ERR_SUCCESS;
}

/* --- pictures --- */

void queue_put(queue *q, buffer *b) {
    if (q->count == q->room) {
        q->room = q->room ? 2 * q->room : 64;
        q->items = realloc(q->items, q->room * sizeof *q->items);
    }
    q->items[q->count++] = b;
}

buffer *queue_take(queue *q) {
    if (!q->count) return NULL;
    buffer *first = q->items[0];
    memmove(q->items, q->items + 1, --q->count * sizeof *q->items);
    return first;
}

void queue_remove(queue *q, const buffer *b) {
    size_t kept = 0;
    for (size_t i = 0; i < q->count; i++)
        if (q->items[i] != b) q->items[kept++] = q->items[i];
    q->count = kept;
}

bool camera_gone(camera *c) { return c->lost || world_has("gone", c->who.serial); }

static void deliver(camera *c, const uint8_t *picture, size_t size, uint64_t id, bool incomplete) {
    buffer *b = queue_take(&c->input);
    if (!b) {
        c->underrun++;
        return;
    }
    const size_t filled = incomplete ? size / 3 : size;
    memcpy(b->base, picture, filled < b->size ? filled : b->size);
    b->incomplete = incomplete || size > b->size;
    b->id = id;
    b->stamp_ns = (uint64_t)now_ns();
    b->format = (uint64_t)format_now(c);
    b->filled = filled;
    b->width = get_int(c, REG_WIDTH);
    b->height = get_int(c, REG_FAULT_HEIGHT_ZERO) ? 0 : get_int(c, REG_HEIGHT);
    b->offset_x = get_int(c, REG_OFFSET_X);
    b->offset_y = get_int(c, REG_OFFSET_Y);
    b->padding = get_int(c, REG_LINE_PADDING);
    b->chunks = with_chunks(c);
    if (get_int(c, REG_FAULT_FILLED_CONSTANT)) b->filled = b->size;
    if (count_down(c, REG_FAULT_SHORT_NEXT)) b->filled = size / 2;
    if (count_down(c, REG_FAULT_FORMAT_NEXT)) b->format = 0x0BADF00D;
    queue_put(&c->output, b);
    c->delivered++;
    c->fired++;
    pthread_cond_broadcast(&changed);
}

/* Behind the picture: its own trailer, and a chunk with a counter; ids and lengths follow the data they describe. */
static void append_chunks(const camera *c, uint8_t *picture, size_t size, int64_t counter) {
    uint32_t trailer[] = {1, (uint32_t)(size - CHUNK_BYTES), (uint32_t)counter, 0, 2, 8};
    const bool big = !strcmp(c->who.link, "GEV");
    for (size_t i = 0; i < sizeof trailer / sizeof *trailer; i++)
        if (big) trailer[i] = __builtin_bswap32(trailer[i]);
    if (get_int(c, REG_FAULT_CORRUPT_CHUNK)) memset(trailer, 0xFF, sizeof trailer);
    memcpy(picture + size - CHUNK_BYTES, trailer, CHUNK_BYTES);
}

static bool hits(const camera *c, uint64_t reg, int64_t number) {
    const int64_t every = get_int(c, reg);
    return every > 0 && number % every == 0;
}

/* One picture, from its number to its buffer. The lock is given up while it is drawn. */
static void take(camera *c, uint8_t **scratch, size_t *room) {
    const int64_t taken = get_int(c, REG_PICTURES_TAKEN) + 1;
    put_int(c, REG_PICTURES_TAKEN, taken);
    c->next_id += (uint64_t)get_int(c, REG_FAULT_JUMP_ID);
    put_int(c, REG_FAULT_JUMP_ID, 0);
    const bool narrow = get_int(c, REG_FRAME_ID_SHORT);
    const uint64_t id = narrow ? (c->next_id - 1) % 65535 + 1 : c->next_id;
    c->next_id++;
    const bool dropped = count_down(c, REG_FAULT_DROP_NEXT) || hits(c, REG_FAULT_DROP_EVERY, taken);
    if (dropped) return;
    const bool incomplete = count_down(c, REG_FAULT_INCOMPLETE_NEXT) || hits(c, REG_FAULT_INCOMPLETE_EVERY, taken);
    const bool twice = count_down(c, REG_FAULT_DUPLICATE_NEXT);
    const size_t size = camera_payload(c);
    if (size > *room) {
        *room = size;
        *scratch = realloc(*scratch, size);
    }
    const camera shot = *c;
    pthread_mutex_unlock(&lock);
    picture_draw(&shot, id, get_int(&shot, REG_PIXEL_FORMAT), *scratch, size);
    if (with_chunks(&shot)) append_chunks(&shot, *scratch, size, taken);
    pthread_mutex_lock(&lock);
    for (int i = 0; i < 1 + twice && c->streaming && c->grabbing && !c->quit; i++)
        deliver(c, *scratch, size, id, incomplete);
}

/* When the next picture is due; -1 for none. */
static int64_t next_due(const camera *c, size_t *shot) {
    int64_t due = -1;
    *shot = SIZE_MAX;
    if (!triggered(c)) due = c->due_ns + get_int(c, REG_FAULT_LATE) * MS;
    for (size_t i = 0; i < c->shots.count; i++)
        if (due < 0 || c->shots.due_ns[i] < due) {
            due = c->shots.due_ns[i];
            *shot = i;
        }
    return due;
}

static void hold(const camera *c) {
    char name[256], path[4352];
    snprintf(name, sizeof name, "held.%s", c->who.serial);
    world_path(name, path, sizeof path);
    if (!world_number("heartbeat")) return;
    FILE *file = fopen(path, "a");
    if (file) fclose(file);
    utime(path, NULL);
}

void *camera_run(void *self) {
    camera *c = self;
    uint8_t *scratch = NULL;
    size_t room = 0;
    int64_t looked_ns = 0;
    bool gone = false;
    pthread_mutex_lock(&lock);
    while (!c->quit) {
        const int64_t now = now_ns();
        if (now - looked_ns > 20 * MS) {
            looked_ns = now;
            gone = camera_gone(c);
            hold(c);
        }
        size_t shot;
        const bool able = c->streaming && c->grabbing && !gone && !c->lost && !get_int(c, REG_FAULT_FREEZE);
        const int64_t due = able ? next_due(c, &shot) : -1;
        if (due >= 0 && due <= now) {
            if (shot == SIZE_MAX) {
                c->due_ns += period_ns(c);
                if (c->due_ns < now) c->due_ns = now; /* a machine that is too slow lowers the rate, and loses nothing */
            } else {
                c->shots.due_ns[shot] = c->shots.due_ns[--c->shots.count];
            }
            take(c, &scratch, &room);
            continue;
        }
        const int64_t until = due >= 0 && due < now + 20 * MS ? due : now + 20 * MS;
        const struct timespec limit = {until / 1000000000LL, until % 1000000000LL};
        pthread_cond_timedwait(&changed, &lock, &limit);
    }
    pthread_mutex_unlock(&lock);
    free(scratch);
    return NULL;
}
