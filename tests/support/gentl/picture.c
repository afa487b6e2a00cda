/* What the sensor sees, and how it is packed into bytes. Whole numbers only, so that a test can repeat every sample. */
#include <math.h>
#include <string.h>

#include "camera.h"

typedef enum { BYTES, WORDS, LSB_STREAM, MSB_PAIRS, RGB, BGR, RGBA, BGRA, YUYV, UYVY } packing;
enum { RAMP, COLOR_BARS, COUNTER, BLACK, WHITE };

typedef struct {
    int64_t number;
    int bits_px, bits;
    packing kind;
    const char *bayer;
} format;

#define X(name, number, bits_px, bits, kind, bayer) {number, bits_px, bits, kind, bayer},
static const format formats[] = {FORMATS};
#undef X

static const format *find(int64_t number) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].number == number) return &formats[i];
    return NULL;
}

const char *bayer_of(int64_t number) {
    const format *f = find(number);
    return f ? f->bayer : "";
}

/* The format whose pattern is this one's, begun dx further right and dy further down. */
int64_t bayer_shifted(int64_t number, int64_t dx, int64_t dy) {
    static const char *order[2][2] = {{"RG", "GR"}, {"GB", "BG"}};
    const format *f = find(number);
    if (!f || !*f->bayer) return number;
    for (int y = 0; y < 2; y++)
        for (int x = 0; x < 2; x++) {
            if (strcmp(order[y][x], f->bayer)) continue;
            const char *wanted = order[(y + dy) & 1][(x + dx) & 1];
            for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
                if (formats[i].kind == f->kind && formats[i].bits == f->bits && formats[i].bits_px == f->bits_px &&
                    !strcmp(formats[i].bayer, wanted))
                    return formats[i].number;
        }
    return number;
}

size_t picture_bytes(int64_t number, int64_t width, int64_t height, int64_t padding) {
    const format *f = find(number);
    if (!f) return 0;
    size_t bits = (size_t)width * (size_t)f->bits_px;
    if (f->bits_px % 8 == 0 || padding) return (size_t)height * ((bits + 7) / 8 + (size_t)padding);
    return ((size_t)height * bits + 7) / 8;
}

/* 16 bits of red, green and blue where the sensor has column x and line y. */
static void scene(int64_t pattern, uint64_t number, int64_t x, int64_t y, uint32_t rgb[3]) {
    static const uint32_t bars[8] = {0xFF0000, 0x00FF00, 0x0000FF, 0xFFFFFF, 0x000000, 0x808080, 0xFFFF00, 0x40C020};
    switch (pattern) {
    case COLOR_BARS:
        for (int i = 0; i < 3; i++) rgb[i] = ((bars[(x / 32) & 7] >> (16 - 8 * i)) & 0xFF) * 0x101u;
        return;
    case COUNTER:
        rgb[0] = rgb[1] = rgb[2] = (uint32_t)(number & 0xFF) * 0x101u;
        return;
    case BLACK:
    case WHITE:
        rgb[0] = rgb[1] = rgb[2] = pattern == WHITE ? 0xFFFF : 0;
        return;
    default:
        for (int i = 0; i < 3; i++) rgb[i] = (uint32_t)(x * 257 + y * 1031 + i * 21845) & 0xFFFF;
    }
}

typedef struct {
    uint8_t *out, *end;
} sink;

static void put(sink *s, uint32_t byte) {
    if (s->out < s->end) *s->out = (uint8_t)byte;
    s->out++;
}

void picture_draw(const camera *c, uint64_t number, int64_t format_number, uint8_t *out, size_t room) {
    const format *f = find(format_number);
    if (!f) return;
    const int64_t width = get_int(c, REG_WIDTH), height = get_int(c, REG_HEIGHT), padding = get_int(c, REG_LINE_PADDING);
    const int64_t x0 = get_int(c, REG_OFFSET_X), y0 = get_int(c, REG_OFFSET_Y), pattern = get_int(c, REG_PATTERN);
    const bool mirrored = get_int(c, REG_REVERSE_X);
    /* The sensor's own colours: those of the format that was chosen, at the sensor's first pixel. */
    const char *bayer = bayer_of(get_int(c, REG_PIXEL_FORMAT));
    const double gain_db = c->who.classic ? 0.05 * (double)get_int(c, REG_GAIN_RAW) : get_float(c, REG_GAIN);
    const double light = get_float(c, REG_EXPOSURE) / 5000.0 * pow(10.0, gain_db / 20.0);
    uint64_t factor[3];
    for (int i = 0; i < 3; i++) factor[i] = (uint64_t)llround(light * get_float(c, COPY(REG_BALANCE, i)) * 4096.0);
    static const uint64_t unlit[3] = {4096, 4096, 4096};
    const uint64_t gray = (uint64_t)llround(light * 4096.0);
    const uint64_t black = (uint64_t)llround(get_float(c, REG_BLACK_LEVEL) * 256.0);
    sink s = {out, out + room};
    uint64_t bits = 0;
    int waiting = 0;
    uint32_t odd = 0;
    for (int64_t line = 0; line < height; line++) {
        for (int64_t column = 0; column < width; column++) {
            const int64_t x = x0 + (mirrored ? width - 1 - column : column), y = y0 + line;
            uint32_t rgb[3], v[3];
            scene(pattern, number, x, y, rgb);
            /* A number is read, not lit. */
            const uint64_t *lit = pattern == COUNTER ? unlit : factor;
            for (int i = 0; i < 3; i++) {
                const bool mono = f->kind <= MSB_PAIRS && !*bayer;
                const uint64_t bright = ((rgb[i] * (mono && lit == factor ? gray : lit[i])) >> 12) + black;
                v[i] = bright > 0xFFFF ? 0xFFFF : (uint32_t)bright;
            }
            int channel = 0;
            if (*bayer) {
                /* RG: red, green / green, blue. The first letter is at even columns of even lines. */
                const int red_x = !strcmp(bayer, "GR") || !strcmp(bayer, "BG");
                const int red_y = !strcmp(bayer, "GB") || !strcmp(bayer, "BG");
                const bool on_red_line = (y & 1) == red_y, on_red_column = (x & 1) == red_x;
                channel = on_red_line == on_red_column ? (on_red_line ? 0 : 2) : 1;
            }
            const uint32_t sample = v[channel] >> (16 - f->bits);
            switch (f->kind) {
            case BYTES:
                put(&s, sample);
                break;
            case WORDS:
                put(&s, sample & 0xFF);
                put(&s, sample >> 8);
                break;
            case LSB_STREAM:
                bits |= (uint64_t)sample << waiting;
                for (waiting += f->bits; waiting >= 8; waiting -= 8, bits >>= 8) put(&s, bits & 0xFF);
                break;
            case MSB_PAIRS: {
                const uint32_t low = sample & ((1u << (f->bits - 8)) - 1);
                if (!waiting) {
                    put(&s, sample >> (f->bits - 8));
                    odd = low;
                    waiting = 4;
                } else {
                    put(&s, odd | low << 4);
                    put(&s, sample >> (f->bits - 8));
                    waiting = 0;
                }
                break;
            }
            case RGB:
            case RGBA:
                for (int i = 0; i < 3; i++) put(&s, v[i] >> 8);
                if (f->kind == RGBA) put(&s, 0xAA);
                break;
            case BGR:
            case BGRA:
                for (int i = 2; i >= 0; i--) put(&s, v[i] >> 8);
                if (f->kind == BGRA) put(&s, 0xAA);
                break;
            case YUYV:
            case UYVY: {
                /* Full range, by the whole numbers that JPEG uses; a pair of pixels shares the first one's colour. */
                const int32_t r = (int32_t)(v[0] >> 8), g = (int32_t)(v[1] >> 8), b = (int32_t)(v[2] >> 8);
                const int32_t luma = (299 * r + 587 * g + 114 * b + 500) / 1000;
                if (!(column & 1)) {
                    const int32_t u = 128 * 1000 - 169 * r - 331 * g + 500 * b, w = 128 * 1000 + 500 * r - 419 * g - 81 * b;
                    const int32_t cb = (u + 500) / 1000, cr = (w + 500) / 1000;
                    odd = (uint32_t)(cr > 255 ? 255 : cr);
                    bits = (uint64_t)(cb > 255 ? 255 : cb);
                }
                const uint32_t colour = column & 1 ? odd : (uint32_t)bits;
                put(&s, f->kind == YUYV ? (uint32_t)luma : colour);
                put(&s, f->kind == YUYV ? colour : (uint32_t)luma);
                break;
            }
            }
        }
        if (padding || f->bits_px % 8 == 0) {
            if (f->kind == LSB_STREAM && waiting) put(&s, bits & 0xFF);
            if (f->kind == MSB_PAIRS && waiting) put(&s, odd);
            bits = 0;
            waiting = 0;
            for (int64_t i = 0; i < padding; i++) put(&s, 0xEE);
        }
    }
    if (f->kind == LSB_STREAM && waiting) put(&s, bits & 0xFF);
    if (f->kind == MSB_PAIRS && waiting) put(&s, odd);
}
