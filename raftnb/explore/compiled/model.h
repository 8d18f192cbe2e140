/* What a model's text and the engine know of each other. The text is made from a specification and
   compiled for it; the engine (building.py, ENGINE) is the same for all models, and compiled once. */

#pragma GCC visibility push(hidden)

/* Of the model: how many there are of everything, where the messages are, and its tables. */

extern const int CELLS, GROUPS, WIDTH; /* words of a state; groups of them; words of a row */
extern const int ROW_BITS; /* of a row of one word, if they are few, or 0 */
extern const int INSTANCES, SLOTS, CHECKS, NEED; /* NEED words have a bit for each check */
extern const int INVARIANTS, STEPS, AWAITED, ALLOWED, BOUNDS, VIEWED;
extern const int INTERPRETED, MOST_ARGUMENTS;
extern const int KEEPS, CLASSES, ENDS;
extern const int QUEUES, BAG; /* the first cell of the queues, the cell of the bag, or -1 */
extern const int NETWORK;     /* the first cell of both, or CELLS */
extern const int MOST_DISTINCT, MOST_COPIES, MOST_QUEUED;

extern FOR_PYTHON W constants[];
extern const int source_at[], dest_at[], end_of[];
extern const unsigned char is_a[]; /* of each kind that is asked for, and each class of records */

/* Which cells are looked at as one word, and where it stands in a row (rows.c). */
struct group { int first, n, place, shift, low_bits; W lowest, most, mask; int or_none; };
extern const struct group groups[];
extern const int group_of[];

/* What can be done: an action, by whom, with which arguments. */
struct instance {
    int (*run)(const W *);
    int arguments, n, position, receives, channel, everywhere, chooses;
};
extern const struct instance instances[];

/* What is asked of a state at one time (slots.py). */
enum { MOST_ASKED = 3, TO_NOBODY = -1, TO_ANYBODY = -2 };
struct slot {
    int asked[MOST_ASKED], first, n, channel, receiver, direct;
    int (*each)(const struct slot *);
    uint64_t times, filled; /* how often it was asked, and had to be run for that */
};
extern struct slot slots[];
extern const struct member { int instance, arguments; } in_slot[];

/* Claims in parts. `touching` are those that read a cell; `local`, what depends on a slot alone. */
enum { INVARIANT, STEP, CONSTRAINT };
struct check { int (*is_true)(const W *); int arguments, kind, claim; };
struct bound { int (*is_true)(const W *); int arguments, of; };
extern const struct check checks[];
extern const struct bound initially[], allowed[]; /* of which cell on, of which claim */
extern const uint64_t touching[], of_kind[], local[]; /* NEED words for each */
extern int (*const awaited[])(void), (*const final)(void);
extern int (*const everywhere[])(const W *); /* claims that may be asked of all states */
extern const struct beginning starts[];
int asks_python(int claim); /* one that cannot be said in C */
W view(void); /* what is seen of a state */
void unpack(W *cells, const W *row);
void read_words(const W *row); /* those groups that slots ask for, into `base` */

/* With symmetry (canonical.c): the row that is expanded is looked at, and one that is met from there gives
   way to the row that stands for all its permutations. */
extern const int SYMMETRIC;
extern size_t also_taken; /* bytes */
void look_at_row(const W *row);
void make_canonical(W *met, W *row, uint64_t *hash);

/* Of the model, since they have its sizes: what the engine works with. */

extern W before_step[], after_step[], looked_at[]; /* states */
extern W base[];                                   /* of the state that is expanded; and a zero */
extern uint64_t coefficients[], stamps[], unchanged[];
extern uint64_t beginning_of[]; /* of each cell, and one more */
extern FOR_PYTHON uint64_t taken[];                       /* how often, of each instance */
extern FOR_PYTHON uint32_t enabled_in[], disabled_in[];   /* in which state first, plus one */
extern FOR_PYTHON struct result {
    uint64_t states, next, level_end, generated, cut, merged, depth;
    uint32_t claim, bad; /* which claim of its kind; in or after which state */
    uint32_t reason;     /* why the last chunk has ended */
    uint32_t found[];    /* of each claim awaited, one more than the first state that shows it */
} result;

/* Of the engine: the state that is read and the one that is written (running.c), messages
   (network.c), and what is done with what an instance has done (instances.c). */

extern const W *s, *t; /* the state that is read, and the one after the step */
#define MOST_WRITTEN 64
extern int written[MOST_WRITTEN], written_n; /* the cells that an action wrote; more are only counted */
extern int noted_n;                          /* how often it sent and discarded, where that is noted */
extern int halt;                             /* why the search goes no further */
extern W actor;
extern int pc_cell, pc_written; /* of a process whose actions have an order */
extern int state_is_loaded;
extern uint32_t current; /* the state that is expanded */

W choose(W n);
extern jmp_buf on_disabled; /* where there is nothing to choose from */
extern int choices;
int next_script(void); /* whether there is one: other choices */
void send(W message, W to);
void discard(W message);
W in_flight(int wanted);
void read_base(void);
void did(int instance); /* and the state after the step becomes that before it again */
void undo(void);

/* Rows. A group of few values has a few bits of a word, for which of them it is: from the `lowest` on,
   those with the same low bits, and perhaps None. A word that is none of these is too large for them,
   and rows are to be made wider. */

static inline W code_of(int g, W word) {
    const struct group *of = &groups[g];
    W code = word - of->lowest;
    code = code >> of->low_bits | code << (-of->low_bits & 31); /* low bits make it large */
    if (__builtin_expect(code <= of->most, 1)) return code;
    if (!of->or_none || word != NONE) too_wide();
    return of->most + 1;
}

static inline W word_in(const W *row, int g) {
    const struct group *of = &groups[g];
    W code = (row[of->place] & of->mask) >> of->shift;
    return of->or_none && code > of->most ? NONE : (code << of->low_bits) + of->lowest;
}

/* What a step writes to a word of a row, made ready, so that it may be done again. */
struct write { W place, mask, bits; };
static inline struct write writing(int g, W word) {
    const struct group *of = &groups[g];
    return (struct write){of->place, of->mask, code_of(g, word) << of->shift};
}

/* It is written; gives the hash of that. */
static inline uint64_t written_to(W *row, uint64_t hash, struct write one) {
    W was = row[one.place], is = (was & ~one.mask) | one.bits;
    row[one.place] = is;
    return hash + coefficients[one.place] * ((uint64_t)is - was);
}

/* Another word for a group of a row. */
static inline uint64_t replaced(W *row, uint64_t hash, int g, W then) {
    return written_to(row, hash, writing(g, then));
}

/* Rows on their way have room for whole sixteens of bytes. */
static inline size_t room_of_row(void) { return ((size_t)WIDTH + 3) & ~(size_t)3; }
static inline void copy_row(W *to, const W *from) {
    int i = 0;
    do memcpy(to + i, from + i, 4 * sizeof(W)); while ((i += 4) < WIDTH);
}

/* What a step leads to, on its way to the table (search.c): successors wait until there are many, so
   that memory is fetched for one while another is looked up. With symmetry another `row` stands for
   what was `met`, of whose cells claims are asked. */
#define WAITING 128
struct successor { W *row, *met; uint64_t hash, *need; W parent; int instance, within; uint32_t to; };
extern struct successor waiting[];
extern int waiting_n;
void led_to(int instance, uint64_t hash, uint64_t need); /* such a one that is within the constraints */
extern W *base_row; /* of the state that is expanded */
extern uint64_t base_hash;

static inline struct successor *fresh_successor(void) { return &waiting[waiting_n]; }

/* An action reads and writes the state after the step. */
static inline void put(int cell, W value) {
    if (written_n < MOST_WRITTEN) written[written_n] = cell;
    written_n++;
    after_step[cell] = value;
}

static inline int is_kind(int wanted, W record) { return is_a[wanted * CLASSES + at(record)[0]]; }

static inline void load_state(void) {
    if (!state_is_loaded) read_base();
}

/* In which state each instance was first seen to do something, and to do nothing. */
static inline void note_first(uint32_t *first) {
    if (!*first) *first = current + 1;
}

/* Of a step, a cell that it may have changed becomes what it was before. */
static inline void take_over(int cell, W *row, uint64_t *hash, uint64_t *need) {
    if (after_step[cell] == before_step[cell]) return;
    *hash = replaced(row, *hash, cell, after_step[cell]), *need |= touching[cell];
    after_step[cell] = before_step[cell];
}
#define CHANGED(cell) take_over(cell, row, &hash, &need);
/* The same of a cell that is not known beforehand, whose text would be long: it stands in one place. */
static __attribute__((noinline)) void take_over_at(int cell, W *row, uint64_t *hash, uint64_t *need) {
    take_over(cell, row, hash, need);
}
#define CHANGED_AT(cell) take_over_at(cell, row, &hash, &need);

/* In some places nothing is left of an action that depends on who does it (alike.py). Of those in a
   loop who come to one in the same state, the first goes on. The others would do the same, so that
   its steps are taken once more for each: they are counted, or collected. */
struct way { int by; uint32_t n; size_t from; }; /* who came first; how many steps; where collected */
extern struct way *ways, *way; /* of the loop, where this may be so; of the instance that goes now */
extern int goes, may_repeat;
extern size_t collected_n;
int repeat_steps(void); /* whether there are any */

static inline void open_ways(struct way *met, int n) {
    ways = may_repeat ? met : 0;
    for (int i = 0; i < n; i++) met[i].by = -1;
}
static inline void begin_to_go(int instance) { way = 0, goes = instance; }
static inline int is_alike(int place) {
    if (!ways) return 0;
    way = &ways[place];
    if (way->by < 0) *way = (struct way){goes, 0, collected_n};
    return way->by != goes;
}
static inline void went(void) {
    if (way) way->n++;
}
static inline int goes_again(void) { return way && way->by != goes && repeat_steps(); }

/* A step of an action with the arguments `a` that receives nothing, where all cells are fields of a row
   and each claim is a bit of one word. What it may have `changed` are a few cells, which become what
   they were before. */
#define STEP(number, run, changed, or_else)                                                       \
    s = after_step, written_n = 0; /* states that were met meanwhile have been looked at */       \
    if (run(a)) {                                                                                 \
        W *row = fresh_successor()->row;                                                          \
        uint64_t hash = base_hash, need = 0;                                                      \
        note_first(enabled_in + number), copy_row(row, base_row);                                 \
        changed;                                                                                  \
        moved = 1, written_n = 0, led_to(number, hash, need);                                     \
    } else {                                                                                      \
        or_else;                                                                                  \
        if (written_n) undo();                                                                    \
    }
#define STEPS_OF(name, run, places, changed)                                                      \
    static int name(const struct slot *slot) {                                                    \
        static struct way met[places + 1];                                                        \
        int moved = 0;                                                                            \
        load_state();                                                                             \
        const struct member *one = in_slot + slot->first, *end = one + slot->n;                   \
        if (places) open_ways(met, places);                                                       \
        for (; one < end && !halt; one++) {                                                       \
            const W *a = constants + one->arguments;                                              \
            if (places) begin_to_go(one->instance);                                               \
            STEP(one->instance, run, changed; if (places) went(),                                 \
                 if (places && goes_again()) moved = 1;                                           \
                 else note_first(disabled_in + one->instance))                                    \
        }                                                                                         \
        if (places) ways = 0;                                                                     \
        return moved;                                                                             \
    }
#define ONE_STEP(name, number, run, changed, ...)                                                 \
    static int name(const struct slot *slot) {                                                    \
        int moved = 0;                                                                            \
        load_state();                                                                             \
        const W a[] = {__VA_ARGS__};                                                              \
        STEP(number, run, changed, note_first(disabled_in + number))                              \
        return moved;                                                                             \
    }

/* The same of an action that chooses: each instance with one script after the other. What is static
   outlives the way back from where there is nothing to choose from. */
#define CHOICES_OF(name, run, places, changed)                                                    \
    static int name(const struct slot *slot) {                                                    \
        static const struct member *one, *end;                                                    \
        static int moved, any_moved;                                                              \
        static struct way met[places + 1];                                                        \
        W *const from = top;                                                                      \
        load_state();                                                                             \
        one = in_slot + slot->first, end = one + slot->n, moved = any_moved = 0;                  \
        if (places) open_ways(met, places);                                                       \
        if (setjmp(on_disabled)) {                                                                \
            top = from, undo();                                                                   \
            goto tried;                                                                           \
        }                                                                                         \
        while (one < end && !halt) {                                                              \
            const W *a = constants + one->arguments;                                              \
            choices = 0;                                                                          \
            if (places) begin_to_go(one->instance);                                               \
            STEP(one->instance, run, changed; if (places) went(), )                               \
        tried:                                                                                    \
            if (choices && next_script()) continue;                                               \
            if (places && goes_again()) moved = 1;                                                \
            if (!moved) note_first(disabled_in + one->instance);                                  \
            any_moved |= moved, moved = 0, one++;                                                 \
        }                                                                                         \
        if (places) ways = 0;                                                                     \
        return any_moved;                                                                         \
    }

/* Instances of one action that receives nothing and chooses nothing, one after the other: so the text
   of the action stands in the loop. */
#define EACH(name, run)                                                                           \
    static int name(const struct slot *slot) {                                                    \
        int moved = 0;                                                                            \
        load_state();                                                                             \
        s = after_step;                                                                           \
        const struct member *one = in_slot + slot->first, *end = one + slot->n;                   \
        for (; one < end && !halt; one++) {                                                       \
            if (run(constants + one->arguments)) {                                                \
                note_first(enabled_in + one->instance);                                           \
                moved = 1, did(one->instance);                                                    \
            } else {                                                                              \
                note_first(disabled_in + one->instance);                                          \
                if (written_n | noted_n) undo();                                                  \
            }                                                                                     \
        }                                                                                         \
        return moved;                                                                             \
    }

#pragma GCC visibility pop
