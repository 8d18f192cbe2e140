/* Where arrays live: in memory, or, where a folder is given, in its files. Such an array only grows
   at its end: the system writes it out and takes its memory back, and what is there stays as it is.
   Addresses are reserved for all of it at once, so that nothing moves; the file grows before it is
   written to, since a write that the disk has no room for would end the process. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int folder = -1; /* -1: all is in memory */
int disk_says;          /* what went wrong there (errno) */

struct growing { W *words; size_t most, room; int file; };
#define FIRST_STEP (1 << 18) /* words by which a file grows: it doubles, up to LAST_STEP */
#define LAST_STEP (1 << 26)

void *reserve(size_t bytes) {
    void *found = mmap(0, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (found == MAP_FAILED) return 0;
    madvise(found, bytes, MADV_HUGEPAGE); /* most of the time goes into looking up addresses */
    return found;
}

/* An array of at most so many words, or what its file has of it. */
static W *open_array(struct growing *a, const char *name, size_t most) {
    a->most = a->room = most, a->file = -1;
    if (folder < 0) return a->words = reserve(most * sizeof(W));
    a->file = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    off_t bytes = a->file < 0 ? -1 : lseek(a->file, 0, SEEK_END);
    if (bytes >= 0) {
        void *found = mmap(0, most * sizeof(W), PROT_READ | PROT_WRITE, MAP_SHARED, a->file, 0);
        a->room = (size_t)bytes / sizeof(W);
        if (found != MAP_FAILED) return a->words = found;
    }
    disk_says = errno;
    return 0;
}

static __attribute__((noinline)) void extend(struct growing *a, size_t words) {
    if (words > a->most || a->file < 0) no_room();
    size_t step = a->room < FIRST_STEP ? FIRST_STEP : a->room > LAST_STEP ? LAST_STEP : a->room;
    size_t room = words + step > a->most ? a->most : words + step;
    do disk_says = posix_fallocate(a->file, (off_t)(a->room * sizeof(W)),
                                   (off_t)((room - a->room) * sizeof(W)));
    while (disk_says == EINTR);
    if (disk_says) no_room();
    a->room = room;
}

static inline void make_room(struct growing *a, size_t words) {
    if (words > a->room) extend(a, words);
}

static void close_array(struct growing *a) {
    if (a->words) munmap(a->words, a->most * sizeof(W));
    if (a->file >= 0) close(a->file);
}

/* These words are going to be read. */
static void fetch(struct growing *a, size_t from, size_t to) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), begin = from * sizeof(W) / page * page;
    if (to > a->room) to = a->room;
    if (a->file >= 0 && from < to)
        madvise((char *)a->words + begin, to * sizeof(W) - begin, MADV_WILLNEED);
}

/* The first so many words are on the disk, whatever happens; 0 or an error. */
static int is_written(struct growing *a, size_t words) {
    if (msync(a->words, words * sizeof(W), MS_SYNC) || fsync(a->file)) return disk_says = errno;
    return 0;
}

/* A sum over the words of an array by which damage is found, carried on from one of fewer words. */
static uint64_t summed(const W *words, size_t from, size_t to, uint64_t sum) {
    for (size_t i = from; i < to; i++)
        sum = (sum ^ words[i]) * 0x9E3779B97F4A7C15u, sum ^= sum >> 29;
    return sum;
}
