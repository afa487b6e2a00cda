/* The stream of a camera: buffers announced, queued, filled and fetched, and the event that says that one is filled. */
#include <stdlib.h>
#include <time.h>

#include "modules.h"

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
