/* The camera behind the producer: registers, what they do, and a thread that takes pictures. */
#ifndef TESTCAM_CAMERA_H
#define TESTCAM_CAMERA_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "gentl.h"
#include "registers.h"

#define COPY(reg, n) ((reg) + 8 * (n)) /* register of a selected feature */
#define XML_ADDRESS 0x100000
#define TICKS_HZ 125000000ULL
#define CHUNK_BYTES 24

typedef struct buffer {
    struct buffer *next; /* in the list of announced buffers */
    uint8_t *base;
    size_t size;
    void *user;
    bool ours, queued; /* queued: waits to be filled, or filled and not yet fetched */
    bool incomplete, chunks;
    uint64_t id, stamp_ns, format;
    size_t filled;
    int64_t width, height, offset_x, offset_y, padding;
} buffer;

typedef struct {
    buffer **items;
    size_t count, room;
} queue;

typedef struct {
    char serial[64], model[64], link[8];
    bool classic;
} identity;

typedef struct {
    int kind; /* first, so that a handle says what it is */
    identity who;
    const char *xml;
    size_t xml_size;
    uint8_t registers[REG_END - REG_FIRST];

    bool open, lost;
    bool streaming; /* AcquisitionStart was executed */
    bool grabbing;  /* DSStartAcquisition was called */
    bool quit;
    pthread_t thread;

    buffer *announced;
    queue input, output;
    uint64_t delivered, underrun, started;
    uint64_t next_id;
    int64_t due_ns;         /* of the next free-running picture */
    int64_t exposing_until; /* a trigger before this is dropped */
    struct { int64_t due_ns[64]; size_t count; } shots; /* triggered pictures on their way */
    bool event, killed;
    uint64_t fired;
} camera;

extern pthread_mutex_t lock;   /* guards everything; held by whoever calls what is declared here */
extern pthread_cond_t changed; /* a buffer was filled, or something the threads wait for */

int64_t now_ns(void);
GC_ERROR fail(GC_ERROR code, const char *text, ...) __attribute__((format(printf, 2, 3)));

int64_t get_int(const camera *c, uint64_t reg);
double get_float(const camera *c, uint64_t reg);
void put_int(camera *c, uint64_t reg, int64_t value);

void camera_reset(camera *c);
GC_ERROR camera_read(camera *c, uint64_t address, void *out, size_t size);
GC_ERROR camera_write(camera *c, uint64_t address, const void *in, size_t size);
bool camera_gone(camera *c);
size_t camera_payload(const camera *c);
void *camera_run(void *self);

void queue_put(queue *q, buffer *b);
buffer *queue_take(queue *q);
void queue_remove(queue *q, const buffer *b);

/* picture.c */
size_t picture_bytes(int64_t format, int64_t width, int64_t height, int64_t padding);
void picture_draw(const camera *c, uint64_t number, int64_t format, uint8_t *out, size_t room);
const char *bayer_of(int64_t format);
int64_t bayer_shifted(int64_t format, int64_t dx, int64_t dy);

/* world.c: what a camera cannot know of itself, told by the test in a file beside the producer */
bool world_has(const char *word, const char *argument);
bool world_value(const char *word, const char *argument, char *out, size_t room);
int64_t world_number(const char *word);
void world_path(const char *suffix, char *out, size_t room);

#endif
