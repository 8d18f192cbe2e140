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
uint32_t enabled_in[COUNT(instances) + 1], disabled_in[COUNT(instances) + 1];

static int within_limits(void) {
    for (int c = QUEUES >= 0 ? QUEUES : BAG; c >= 0 && c < CELLS; c++)
        if (!are_few(s[c])) return 0;
    return 1;
}

/* The state of the row that is expanded, for what reads it. */
static void load_state(void) {
    if (state_is_loaded) return;
    unpack(before_step, base_row);
    memcpy(after_step, before_step, sizeof after_step);
    state_is_loaded = 1, written_n = 0;
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
static struct successor *fresh_successor(void);
static void arrive(struct successor *one);
/* Of one that is outside the constraints no more is to be known, unless a claim is asked of it. */
static void leave_out(int instance);
static int is_collecting;
static Bits unchanged; /* the claims about steps that are asked of every step */
static inline int is_asked(const uint64_t *need) {
    const Bits *of = (const Bits *)need;
    if (is_collecting || meets(of, of_kind[INVARIANT])) return 1;
    return STEPS && (meets(of, of_kind[STEP]) || any(&unchanged));
}

/* An outcome that is noted: this, then groups and their words, then what is sent and discarded. */
struct outcome { int instance, within, writes, changes; Bits need; };

struct kept { W key[MOST_ASKED + 1], slot; uint32_t n; size_t first; };
static struct kept *kept; /* a hash table */
static size_t kept_size, kept_n;
static char *notes;
static size_t notes_used, notes_size;
static uint64_t asked_of[COUNT(slots) + 1], filled_for[COUNT(slots) + 1];
static int noting = -1, notes_n, too_much; /* the slot whose outcomes are noted */
static size_t most_for_outcomes; /* bytes, where states go to a folder */
#define FIRST_KEPT (1 << 8)
#define ROOM_FOR_NOTES (1 << 16)
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
        W packed[WIDTH];
        pack_group(packed, after_step, g);
        pairs[one.writes][0] = g, pairs[one.writes++][1] = packed[g];
    }
    memcpy(pairs + one.writes, noted, noted_n * sizeof *noted);
    one.changes = noted_n;
    for (int i = next_in(&one.need, 0); i < CHECKS; i = next_in(&one.need, i + 1)) {
        if (!(slot->local[i / 64] >> i % 64 & 1)) continue;
        s = checks[i].kind == STEP ? before_step : after_step, t = after_step;
        int is_true = passes(i);
        if (checks[i].kind == CONSTRAINT) one.within &= is_true;
        if (is_true || checks[i].kind == CONSTRAINT) clear_bit(&one.need, i);
    }
    memcpy(begin, &one, sizeof one);
    notes_used += (sizeof one + (one.writes + one.changes) * sizeof *pairs + 7) & ~(size_t)7;
    notes_n++;
}

/* What an instance did just now, on its way. */
static void on_its_way(int instance) {
    static uint64_t stamps[WIDTH], stamp;
    struct successor *one = fresh_successor();
    int by_network = 0;
    memcpy(one->row, base_row, sizeof base_row);
    memset(&one->need, 0, sizeof one->need);
    one->hash = base_hash, one->instance = instance, one->within = 1, stamp++;
    for (int i = 0; i < changes(); i++) {
        int cell = changed_cell(i), g = group_of[cell];
        if (after_step[cell] == before_step[cell]) continue;
        join(&one->need, touching[cell]);
        by_network |= is_of_network(cell);
        if (stamps[g] == stamp) continue;
        W packed[WIDTH];
        stamps[g] = stamp;
        pack_group(packed, after_step, g);
        replace(one->row, &one->hash, g, packed[g]);
    }
    s = after_step;
    if (by_network) one->within = within_limits();
    arrive(one);
}

/* Runs. */

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
            if (noting < 0) on_its_way(n); else note_outcome(n);
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

/* Run the instances of a slot; whether one of them does something. */
static int run_slot(const struct slot *slot, W message) {
    int moved = 0;
    load_state();
    for (int j = 0; j < slot->n && !halt; j++) {
        int n = in_slot[slot->first + j], went = 0;
        const struct instance *i = &instances[n];
        W given[MOST_ARGUMENTS];
        memcpy(given, constants + i->arguments, i->n * sizeof(W));
        if (i->receives >= 0) given[i->position] = message;
        if (i->receives < 0 || is_received(i, message))
            went = i->run ? attempt(n, given) : attempt_in_python(n, message);
        uint32_t *first = went ? enabled_in : disabled_in;
        if (!first[n]) first[n] = current + 1;
        moved |= went;
    }
    return moved;
}

/* What is kept. */

static inline uint64_t hash_of_key(const W *key, W slot) {
    static const uint64_t odd[] = {0x9E3779B97F4A7C15u, 0xBF58476D1CE4E5B9u, 0x94D049BB133111EBu,
                                   0xD6E8FEB86659FD93u};
    uint64_t h = slot * 0xA0761D6478BD642Fu;
    for (int i = 0; i <= MOST_ASKED; i++) h += key[i] * odd[i];
    return h ^ h >> 32;
}

static inline int same_key(const W *a, const W *b) {
    W differ = 0;
    for (int i = 0; i <= MOST_ASKED; i++) differ |= a[i] ^ b[i];
    return !differ;
}

static inline size_t outcomes_take(void) { return kept_size * sizeof *kept + notes_used; }

/* They can be had again. */
static void forget_outcomes(void) {
    size_t size = FIRST_KEPT;
    struct kept *made = reserve(size * sizeof *kept);
    if (!made) no_room();
    munmap(kept, kept_size * sizeof *kept);
    madvise(notes, notes_used, MADV_DONTNEED);
    kept = made, kept_size = size, kept_n = notes_used = 0;
}

static void grow_kept(void) {
    size_t wider = kept_size * 2;
    struct kept *old = kept;
    kept = reserve(wider * sizeof *kept);
    if (!kept) no_room();
    for (size_t i = 0; i < kept_size; i++)
        if (old[i].slot) {
            size_t j = hash_of_key(old[i].key, old[i].slot) & (wider - 1);
            while (kept[j].slot) j = (j + 1) & (wider - 1);
            kept[j] = old[i];
        }
    munmap(old, kept_size * sizeof *kept);
    kept_size = wider;
}

static __attribute__((noinline)) int fill(int k, W message, struct kept *at_place, const W *key) {
    size_t first = notes_used;
    noting = k, notes_n = 0, too_much = 0;
    notes_messages = !asks_for(&slots[k], BAG < 0 ? -1 : group_of[BAG]) || QUEUES >= 0;
    run_slot(&slots[k], message);
    noting = -1, notes_messages = 0, filled_for[k]++;
    if (too_much) return 0;
    memcpy(at_place->key, key, sizeof at_place->key);
    at_place->slot = k + 1, at_place->first = first, at_place->n = notes_n;
    if (++kept_n * 2 > kept_size) grow_kept();
    return 1;
}

/* The bag after a message is sent or discarded, looked up. Words of nodes have their highest bit
   set; here it says what is done with the message, and whether the bag is within the limits. */
#define BAGS_BITS 17
static struct { W now, message, then, unused; } bags[1 << BAGS_BITS] __attribute__((aligned(16)));

static inline W bag_after(W what, W message, W now, int *few) {
    W asked = what == SENT ? now : now & ~NODE;
    W i = ((asked * 0x9E3779B1u) ^ (message * 0x85EBCA77u)) >> (32 - BAGS_BITS);
    if (bags[i].now != asked || bags[i].message != message) {
        W then = changed(what, message, now);
        bags[i].now = asked, bags[i].message = message;
        bags[i].then = are_few(then) ? then : then & ~NODE;
    }
    *few = (bags[i].then & NODE) != 0;
    return bags[i].then | NODE;
}

typedef const W (*Pairs)[2];

/* The bag after all that an outcome sends and discards. */
static inline W bag_after_all(Pairs changes, int n, int *few) {
    W bag = base_row[group_of[BAG]];
    for (int i = 0; i < n; i++) bag = bag_after(changes[i][0], changes[i][1], bag, few);
    return bag;
}

static void change_queues(struct successor *one, Pairs changes, int n) {
    for (int i = 0; i < n; i++) {
        int cell = place_of_message(changes[i][1]), g = group_of[cell];
        W then = changed(changes[i][0], changes[i][1], one->row[g]);
        if (then == one->row[g]) continue;
        join(&one->need, touching[cell]);
        replace(one->row, &one->hash, g, then);
    }
    for (int i = 0; i < n; i++)
        one->within &= are_few(one->row[group_of[place_of_message(changes[i][1])]]);
}

/* An outcome that is kept, on its way; how long its note is. */
static inline size_t take(const char *from) {
    const struct outcome *o = (const struct outcome *)from;
    Pairs pairs = (Pairs)(from + sizeof *o), changes = pairs + o->writes;
    size_t length = (sizeof *o + (o->writes + o->changes) * sizeof *pairs + 7) & ~(size_t)7;
    int few = 1, in_bag = BAG >= 0 && o->changes;
    W bag = in_bag ? bag_after_all(changes, o->changes, &few) : NONE;
    if (!(o->within & few) && !is_asked(o->need.words) && !(in_bag && is_asked(touching[BAG]))) {
        leave_out(o->instance);
        return length;
    }
    struct successor *one = fresh_successor();
    memcpy(one->row, base_row, sizeof base_row);
    one->hash = base_hash, one->need = o->need;
    one->instance = o->instance, one->within = o->within & few;
    for (int i = 0; i < o->writes; i++) replace(one->row, &one->hash, pairs[i][0], pairs[i][1]);
    if (in_bag && bag != one->row[group_of[BAG]]) {
        join(&one->need, touching[BAG]);
        replace(one->row, &one->hash, group_of[BAG], bag);
    }
    if (QUEUES >= 0) change_queues(one, changes, o->changes);
    arrive(one);
    return length;
}

/* The outcomes of a slot, on their way; whether there are any. */
static int ask(int k, W message) {
    struct slot *slot = &slots[k];
    if (slot->direct) return run_slot(slot, message);
    W key[MOST_ASKED + 1];
    for (int i = 0; i < MOST_ASKED; i++)
        key[i] = slot->asked[i] < 0 ? 0 : base_row[slot->asked[i]];
    key[MOST_ASKED] = message, asked_of[k]++;
    size_t i = hash_of_key(key, k + 1) & (kept_size - 1);
    while (kept[i].slot && (kept[i].slot != k + 1 || !same_key(kept[i].key, key)))
        i = (i + 1) & (kept_size - 1);
    size_t at_note = kept[i].first, n = kept[i].n;
    if (!kept[i].slot) {
        at_note = notes_used;
        if (!fill(k, message, &kept[i], key)) {
            slot->direct = 1;
            return run_slot(slot, message);
        }
        n = notes_n;
        slot->direct = filled_for[k] > 2048 && filled_for[k] * RARELY > asked_of[k];
    }
    for (size_t j = 0; j < n && !halt; j++) at_note += take(notes + at_note);
    return n > 0;
}

/* Ask a slot, for every message that it may receive. */
static int ask_all(int k) {
    const struct slot *slot = &slots[k];
    if (slot->receiver == TO_NOBODY) return ask(k, NONE);
    W waiting = base_row[group_of[slot->channel >= 0 ? slot->channel : BAG < 0 ? 0 : BAG]];
    if (slot->channel >= 0) return size(waiting) && ask(k, at(waiting)[0]);
    int moved = 0;
    W step = KEEPS ? 1 : 2, to = slot->receiver < 0 ? NONE : constants[slot->receiver];
    for (W m = 0; m < size(waiting) && !halt; m += step) {
        W message = at(waiting)[m];
        if (slot->receiver >= 0 && at(message)[dest_at[at(message)[0]]] != to) continue;
        moved |= ask(k, message);
    }
    return moved;
}
