/* The values of the language as words. This and model.h stand before a model's text, and before the
   engine, which is the same for all models.

   A word is a value: None, a truth value, a number, an atom (a text, a member of an enum or of a
   domain), a set of small values (sets.h), or the place of a node: a sequence, set, map or record,
   kept once. So two values are equal if their words are, and among what is no collection, words are
   in the language's order.
   What raises in Python ends in `fail`: the model is then left to Python. */

#include <setjmp.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t W;
#define FOR_PYTHON __attribute__((visibility("protected"))) /* what it reads and writes at its place */

#pragma GCC visibility push(hidden)

enum { NONE = 0, NO = 1, YES = 2, UNBOUND = 3 };
enum { TUPLE = 6, SET = 7, MAP = 8, RECORD = 9 }; /* as in the language's order of kinds */
#define ZERO 0x20000000u
#define ATOM 0x40000000u
#define MASK 0x60000000u
#define NODE 0x80000000u
#define LIMIT (1 << 28)
#define PLACES 29 /* bits below those of MASK */

extern W *arena; /* of each node: its hash, its kind and length, its words */
extern W *stack, *stack_end, *top; /* for collections under construction */
extern jmp_buf on_failure;

enum { UNDEFINED = 1, NO_ROOM, TOO_WIDE };
enum { MORE, LEVEL, DONE, BROKEN, BAD_STEP, STUCK, FAILED, FULL, WIDER };

void *reserve(size_t bytes); /* of memory that is zero until it is written (arrays.c) */

#define RARE __attribute__((noinline, cold))
static RARE _Noreturn void fail(void) { longjmp(on_failure, UNDEFINED); }
static RARE _Noreturn void no_room(void) { longjmp(on_failure, NO_ROOM); }
static RARE _Noreturn void too_wide(void) { longjmp(on_failure, TOO_WIDE); }

/* A few words; libc is slower for them. */
static inline void copy_words(W *to, const W *from, int n) {
    int i = 0;
    for (; i + 4 <= n; i += 4) memcpy(to + i, from + i, 4 * sizeof(W));
    for (; i < n; i++) to[i] = from[i];
}

static inline W truth(int yes) { return yes ? YES : NO; }
static inline int64_t number(W w) { return (int64_t)w - ZERO; }
static inline W counted(int64_t i) {
    if (i <= -LIMIT || i >= LIMIT) fail();
    return (W)(ZERO + i);
}
static inline W floored(W a, W b, int rest) {
    int x = (int)number(a), y = (int)number(b);
    if (!y) fail();
    int q = x / y, r = x % y;
    if (r && (r < 0) != (y < 0)) q--, r += y;
    return counted(rest ? r : q);
}
static inline int is_number(W w) { return w > ZERO - LIMIT && w < ZERO + LIMIT; }
static inline W some(W w) {
    if (w == NONE) fail();
    return w;
}
static inline W bound(W w) {
    if (w == UNBOUND) fail();
    return w;
}

/* Nodes. */

static inline W *at(W w) { return arena + (w & ~NODE) + 2; }
static inline W size(W w) { return at(w)[-1] & 0x0fffffff; }
static inline int is_mask(W w) { return w >> PLACES == MASK >> PLACES; }
static inline W kind(W w) { return w & NODE ? at(w)[-1] >> 28 : is_mask(w) ? SET : 0; }
static inline int is_record(W w) { return kind(w) == RECORD; }

static inline void push(W w) {
    if (top == stack_end) no_room();
    *top++ = w;
}

/* Nodes and collections (values.c). */

W node(W rank, W n, const W *words);
int before(W a, W b);
W as_tuple(W *from);
W as_sorted(W *from);
W as_map(W *from);
W search(const W *words, W n, int step, W key, int *there);
int node_holds(W items, W item);
W map_get(W map, W key, W otherwise);
W item(W items, W key);
W position(W items, W item);
W slice(W items, W low, W high);
W without_some(W items, W from, W to); /* items[:from] + items[to:] */
void spread_slice(W items, W low, W high);
void spread(W items);
void merge_sort(W *words, size_t n, int step);
W appended(W items, W item);
W combined(W rank, const W *a, W na, const W *b, W nb);
W merged(W a, W b);
W map_with(W map, W key, W value);
int lexically(W a, W b, int or_equal);
W extreme(W items, int largest, W otherwise);
int each_is(W items, W from, W step, int (*is_of_type)(W));
W counting(W low, W high);

/* With what a cell may start: one of `n` constants, a set of some of `keys`, a map from all of them. */
enum { ONE_OF, SET_OF, MAP_OF };
struct beginning { int kind, at, n, keys; };
uint64_t beginnings_of(const struct beginning *one);
W beginning(const struct beginning *one, const W *given, uint64_t number);

#pragma GCC visibility pop

/* Variables, fields, types. */

static inline int cell_of(W owner, W first, W n, int base, int each) {
    if (owner - first >= n) fail();
    return base + (int)(owner - first) * each;
}

static inline W field(W record, const int *positions) {
    if (!is_record(record) || positions[at(record)[0]] < 0) fail();
    return at(record)[positions[at(record)[0]]];
}

static inline W checked(W w, int (*is_of_type)(W)) {
    if (!is_of_type(w)) fail();
    return w;
}

#define is_of(w, is_of_type) (is_of_type(w))
