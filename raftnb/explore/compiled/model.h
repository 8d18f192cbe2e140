/* What a model's text and the engine know of each other. The text is made from a specification and
   compiled for it; the engine (building.py, ENGINE) is the same for all models, and compiled once. */

#pragma GCC visibility push(hidden)

/* Of the model: how many there are of everything, where the messages are, and its tables. */

extern const int CELLS, GROUPS, WIDTH; /* words of a state; groups of them; words of a row */
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
extern const struct beginning starts[];
W view(void); /* what is seen of a state */

/* With symmetry (canonical.c): the row that is expanded is looked at, and one that is met from there gives
   way to the row that stands for all its permutations. */
extern const int SYMMETRIC;
extern size_t also_taken; /* bytes */
void look_at_row(const W *row);
void make_canonical(W *met, W *row, uint64_t *hash);

/* Of the model, since they have its sizes: what the engine works with. */

extern W before_step[], after_step[], looked_at[]; /* states */
extern W base[];                                   /* of each group, and a zero */
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
void send(W message, W to);
void discard(W message);
W in_flight(int wanted);
void read_base(void);
void did(int instance); /* and the state after the step becomes that before it again */
void undo(void);

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
