/* What instances do in a state. Before this text stand, made from the specification: `instances`
   and their `constants`, `checks`, `touching`, `of_kind`, and the `slots` with their instances.

   The outcomes of a slot depend on the few words of the row that it asks for, and on the message
   that is received. They are kept by these: which instance, what it writes, what it sends and
   discards, and which claims are to be asked of the state after it. A slot for which that does not
   pay is run each time. */

#define COUNT(table) (sizeof(table) / sizeof *(table) - 1) /* each ends in a row of zeros */

typedef struct { uint64_t words[NEED]; } Bits;

static inline void join(Bits *a, const uint64_t *b) {
    for (int i = 0; i < NEED; i++) a->words[i] |= b[i];
}
static inline int meets(const Bits *a, const uint64_t *b) {
    uint64_t both = 0;
    for (int i = 0; i < NEED; i++) both |= a->words[i] & b[i];
    return both != 0;
}
static inline int any(const Bits *a) {
    uint64_t all = 0;
    for (int i = 0; i < NEED; i++) all |= a->words[i];
    return all != 0;
}
static inline void set_bit(Bits *a, int i) { a->words[i / 64] |= 1ull << i % 64; }
static inline void clear_bit(Bits *a, int i) { a->words[i / 64] &= ~(1ull << i % 64); }

/* The next of the checks in a set, from one on; CHECKS where there is none. */
static inline int next_in(const Bits *a, int from) {
    for (int i = from / 64; i < NEED; i++) {
        uint64_t left = a->words[i] >> (i == from / 64 ? from % 64 : 0);
        if (left) return (i == from / 64 ? from : i * 64) + __builtin_ctzll(left);
    }
    return CHECKS;
}

static inline int passes(int check) {
    return checks[check].is_true(constants + checks[check].arguments);
}

static uint32_t current;   /* the state that is expanded */
static uint64_t base_hash;
static int state_is_loaded;
FOR_PYTHON uint32_t enabled_in[COUNT(instances) + 1], disabled_in[COUNT(instances) + 1];

static int within_limits(void) {
    for (int c = QUEUES >= 0 ? QUEUES : BAG; c >= 0 && c < CELLS; c++)
        if (!are_few(s[c])) return 0;
    return 1;
}

/* The state of the row that is expanded, for what reads it. */
static void read_base(void) {
    for (int g = 0; g < GROUPS; g++) spread_out(before_step, g, base[g]);
    memcpy(after_step, before_step, sizeof after_step);
    state_is_loaded = 1, written_n = 0;
}
static inline void load_state(void) {
    if (!state_is_loaded) read_base();
}

/* The state after a step becomes that before it again. */
static void undo(void) {
    if (written_n > MOST_WRITTEN) memcpy(after_step, before_step, sizeof after_step);
    else for (int i = 0; i < written_n; i++) after_step[written[i]] = before_step[written[i]];
    written_n = 0;
}

/* The cells that a step changed, each perhaps several times. */
static inline int changes(void) { return written_n > MOST_WRITTEN ? CELLS : written_n; }
static inline int changed_cell(int i) { return written_n > MOST_WRITTEN ? i : written[i]; }

/* What a step leads to, on its way to the table (search.c). */
struct successor { W row[WIDTH]; uint64_t hash; Bits need; W parent; int instance, within; };
static inline struct successor *fresh_successor(void);
static inline void arrive(struct successor *one);
/* Of one that is outside the constraints no more is to be known, unless a claim is asked of it. */
static void leave_out(int instance);
static int is_collecting;
static Bits unchanged; /* the claims about steps that are asked of every step */
static inline int is_asked(const uint64_t *need) {
    const Bits *of = (const Bits *)need;
    if (is_collecting || meets(of, of_kind[INVARIANT])) return 1;
    return STEPS && (meets(of, of_kind[STEP]) || any(&unchanged));
}

/* An outcome that is noted: this, then groups and their words. What it sends and discards is a node. */
struct outcome { int instance, within, writes; W changes; Bits need; };

_Static_assert(MOST_ASKED == 3, "with the message, a key is four words");
static uint64_t asked_of[COUNT(slots) + 1], filled_for[COUNT(slots) + 1];
static int noting = -1, notes_n, too_much; /* the slot whose outcomes are noted */
#define RARELY 4 /* outcomes are kept where they are asked for more often than so many times */

static int asks_for(const struct slot *slot, int group) {
    for (int i = 0; i < MOST_ASKED; i++)
        if (slot->asked[i] == group) return 1;
    return 0;
}

static void note_outcome(int instance) {
    const struct slot *slot = &slots[noting];
    struct outcome one = {instance, 1};
    if (noted_n > MOST_NOTED || notes_used + ROOM_FOR_NOTES > notes_size) {
        too_much = 1;
        return;
    }
    char *begin = notes + notes_used;
    W (*pairs)[2] = (W (*)[2])(begin + sizeof one);
    for (int i = 0; i < changes(); i++) {
        int cell = changed_cell(i), g = group_of[cell], known = 0;
        if (after_step[cell] == before_step[cell]) continue;
        if (is_of_network(cell) && notes_messages) continue;
        join(&one.need, touching[cell]);
        if (is_of_network(cell)) one.within &= are_few(after_step[cell]);
        for (int j = 0; j < one.writes; j++) known |= pairs[j][0] == g;
        if (known) continue;
        pairs[one.writes][0] = g, pairs[one.writes++][1] = group_in(after_step, g);
    }
    if (noted_n) one.changes = node(TUPLE, 2 * noted_n, noted[0]);
    for (int i = next_in(&one.need, 0); i < CHECKS; i = next_in(&one.need, i + 1)) {
        if (!(slot->local[i / 64] >> i % 64 & 1)) continue;
        s = checks[i].kind == STEP ? before_step : after_step, t = after_step;
        int is_true = passes(i);
        if (checks[i].kind == CONSTRAINT) one.within &= is_true;
        if (is_true || checks[i].kind == CONSTRAINT) clear_bit(&one.need, i);
    }
    memcpy(begin, &one, sizeof one);
    notes_used += (sizeof one + one.writes * sizeof *pairs + 7) & ~(size_t)7;
    notes_n++;
}

/* What an instance did just now, on its way. */
static void on_its_way(int instance) {
    static uint64_t stamps[GROUPS], stamp;
    struct successor *one = fresh_successor();
    uint64_t hash = base_hash;
    Bits need = {{0}};
    int by_network = 0;
    memcpy(one->row, base_row, sizeof base_row);
    stamp++;
    for (int i = 0, n = changes(); i < n; i++) {
        int cell = changed_cell(i), g = group_of[cell];
        W then = after_step[cell];
        if (then == before_step[cell]) continue;
        join(&need, touching[cell]);
        by_network |= is_of_network(cell);
        if (groups[g].n == 1) {
            replace(one->row, &hash, g, then);
        } else if (stamps[g] != stamp) {
            stamps[g] = stamp;
            replace(one->row, &hash, g, group_in(after_step, g));
        }
    }
    one->hash = hash, one->need = need, one->instance = instance;
    s = after_step;
    one->within = !by_network || within_limits();
    arrive(one);
}

/* Runs. */

static inline void did(int instance) {
    if (noting < 0) on_its_way(instance); else note_outcome(instance);
}

static __attribute__((noinline)) int run(const struct instance *i, const W *arguments) {
    W *from = top;
    if (i->chooses && setjmp(on_disabled)) {
        top = from;
        return 0;
    }
    return i->run(arguments);
}

static int attempt(int n, const W *arguments) {
    int moved = 0;
    do {
        s = cells = after_step, choices = 0, noted_n = 0;
        if (run(&instances[n], arguments)) {
            moved = 1;
            did(n);
        }
        undo();
    } while (!halt && instances[n].chooses && next_script());
    return moved;
}

/* What cannot be said in C: Python puts into `answers` of each outcome how many cells it has, and
   each with its word. */
static W answers[1 << 16];
static int (*interpreter)(int instance, W message);

static int attempt_in_python(int n, W message) {
    int found = interpreter(n, message);
    if (found < 0) fail();
    const W *from = answers;
    for (int i = 0; i < found && !halt; i++) {
        cells = after_step;
        for (W left = *from++; left; left--, from += 2) put((int)from[0], from[1]);
        on_its_way(n);
        undo();
    }
    return found > 0;
}

static int is_received(const struct instance *i, W message) {
    return is_record(message) && is_a[i->receives][at(message)[0]];
}

/* In which state each instance was first seen to do something, and to do nothing. */
static inline void note_first(int n, int went) {
    uint32_t *first = went ? enabled_in : disabled_in;
    if (!first[n]) first[n] = current + 1;
}

/* Instances of one action that receives nothing and chooses nothing, one after the other: so the text
   of the action stands in the loop. */
#define EACH(name, run)                                                                           \
    static int name(const struct slot *slot) {                                                    \
        int moved = 0;                                                                            \
        load_state();                                                                             \
        s = cells = after_step;                                                                   \
        for (const int *n = in_slot + slot->first, *end = n + slot->n; n < end; n++) {            \
            noted_n = 0;                                                                          \
            int went = run(constants + instances[*n].arguments);                                  \
            note_first(*n, went);                                                                 \
            if (went) {                                                                           \
                moved = 1, did(*n);                                                               \
                if (halt) break;                                                                  \
                s = cells = after_step;                                                           \
            }                                                                                     \
            if (written_n) undo();                                                                \
        }                                                                                         \
        return moved;                                                                             \
    }
DIRECT(EACH)

/* Run the instances of a slot; whether one of them does something. */
static int run_slot(const struct slot *slot, W message) {
    int moved = 0;
    if (slot->each) return slot->each(slot);
    load_state();
    for (int j = 0; j < slot->n && !halt; j++) {
        int n = in_slot[slot->first + j], went = 0;
        const struct instance *i = &instances[n];
        W given[MOST_ARGUMENTS];
        memcpy(given, constants + i->arguments, i->n * sizeof(W));
        if (i->receives >= 0) given[i->position] = message;
        if (i->receives < 0 || is_received(i, message))
            went = INTERPRETED && !i->run ? attempt_in_python(n, message) : attempt(n, given);
        note_first(n, went);
        moved |= went;
    }
    return moved;
}
