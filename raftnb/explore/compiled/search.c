/* Breadth first over rows. Before this text stand the values (runtime.c) and, made from the
   specification, the tables and functions that are named here:

   CELLS and WIDTH, the words of a state and of its row; `groups`, which cells make which word of a
   row (a process's variables are one node); BAG, the cell of the messages in flight, or -1;
   `instances` and their `constants`; `invariants`, `steps`, `awaited`, `constraints`, `final`. */

#define ON_STACK (1 << 22) /* words */
enum { MORE, LEVEL, DONE, BROKEN, BAD_STEP, STUCK, FAILED, FULL };

#define COUNT(table) (sizeof(table) / sizeof *(table) - 1) /* each ends in a row of zeros */

static W *rows, *parents;
static uint64_t *table; /* of each state: its hash, and its number plus one */
static size_t table_size, most_states;
static W before_step[CELLS], after_step[CELLS], base_row[WIDTH];

/* What Python reads. */
struct {
    uint64_t states, next, level_end, generated, cut;
    uint32_t claim, bad;            /* which claim of its kind; in or after which state */
    uint32_t found[COUNT(awaited) + 1]; /* one more than the first state that shows each */
} result;
uint64_t taken[COUNT(instances) + 1];
uint32_t enabled_in[COUNT(instances) + 1], disabled_in[COUNT(instances) + 1];

static int halt, collecting, watches_deadlock;
static W *collected;
static size_t collected_n, collected_most;
static uint32_t current; /* the state that is expanded */

/* Rows. */

static inline void pack_group(W *into, const W *from, int g) {
    int first = groups[g].first, n = groups[g].n;
    into[g] = n == 1 ? from[first] : node(TUPLE, n, from + first);
}

static void pack_all(W *into, const W *from) {
    for (int g = 0; g < WIDTH; g++) pack_group(into, from, g);
}

/* The row of the state after a step: only what was written differs from the row before. */
static void pack(W *into) {
    if (written_n > MOST_WRITTEN) {
        pack_all(into, after_step);
        return;
    }
    memcpy(into, base_row, sizeof base_row);
    for (int i = 0; i < written_n; i++) {
        int g = group_of[written[i]], later = 0;
        for (int j = i + 1; j < written_n && !later; j++) later = group_of[written[j]] == g;
        if (!later) pack_group(into, after_step, g);
    }
}

/* The state after a step becomes that before it again. */
static void undo(void) {
    if (written_n > MOST_WRITTEN) memcpy(after_step, before_step, sizeof after_step);
    else for (int i = 0; i < written_n; i++) after_step[written[i]] = before_step[written[i]];
    written_n = 0;
}

static void unpack(W *into, const W *from) {
    for (int g = 0; g < WIDTH; g++) {
        int first = groups[g].first, n = groups[g].n;
        if (n == 1) into[first] = from[g];
        else memcpy(into + first, at(from[g]), n * sizeof(W));
    }
}

static void load(const W *from) {
    memcpy(base_row, from, sizeof base_row);
    unpack(before_step, from);
    memcpy(after_step, before_step, sizeof after_step);
    written_n = 0;
}

static void grow_table(void) {
    size_t wider = table_size * 2;
    uint64_t *bigger = reserve(wider * sizeof *bigger);
    if (!bigger) no_room();
    for (size_t i = 0; i < table_size; i++)
        if (table[i]) {
            size_t j = (table[i] >> 32) & (wider - 1);
            while (bigger[j]) j = (j + 1) & (wider - 1);
            bigger[j] = table[i];
        }
    munmap(table, table_size * sizeof *table);
    table = bigger, table_size = wider;
}

/* Where a row stands in the table, or the empty place for it. */
static size_t place_of(const W *wanted, W hash) {
    size_t i = hash & (table_size - 1);
    for (; table[i]; i = (i + 1) & (table_size - 1))
        if (table[i] >> 32 == hash &&
            !memcmp(rows + ((table[i] & 0xffffffff) - 1) * WIDTH, wanted, WIDTH * sizeof(W)))
            break;
    return i;
}

static void add(const W *new_row, W hash, size_t place, W parent) {
    memcpy(rows + result.states * WIDTH, new_row, WIDTH * sizeof(W));
    parents[result.states] = parent;
    table[place] = (uint64_t)hash << 32 | ++result.states;
    if (result.states * 8 > table_size * 5) grow_table();
}

/* Claims. */

static int is_true_of(int (*claim)(void), const W *state) {
    s = state;
    return claim();
}

static int is_within(const W *state) {
    s = state;
    for (size_t i = 0; i < COUNT(constraints); i++)
        if (!constraints[i]()) return 0;
    return within_limits();
}

static void stop(int why, uint32_t claim, uint32_t bad) {
    halt = why, result.claim = claim, result.bad = bad;
}

/* A state is met: the new ones are checked, and kept if they are within the constraints. */
static void meet(const W *met, W hash, W parent) {
    static W state[CELLS];
    size_t place = place_of(met, hash);
    result.generated++;
    if (table[place]) return;
    unpack(state, met);
    for (size_t i = 0; i < COUNT(invariants); i++)
        if (!is_true_of(invariants[i], state)) {
            add(met, hash, place, parent);
            stop(BROKEN, (uint32_t)i, (uint32_t)result.states - 1);
            return;
        }
    if (!is_within(state)) {
        result.cut++;
        return;
    }
    if (result.states == most_states) {
        stop(FULL, 0, 0);
        return;
    }
    add(met, hash, place, parent);
    for (size_t i = 0; i < COUNT(awaited); i++)
        if (!result.found[i] && is_true_of(awaited[i], state)) result.found[i] = result.states;
}

/* States wait until there are many, so that memory is fetched for one while another is looked up. */
#define WAITING 64
static struct { W row[WIDTH], hash, parent; uint32_t instance; } waiting[WAITING];
static int waiting_n;

static void meet_waiting(void) {
    for (int i = 0; i < waiting_n; i++) {
        uint64_t found = table[waiting[i].hash & (table_size - 1)];
        if (found) __builtin_prefetch(rows + ((found & 0xffffffff) - 1) * WIDTH);
    }
    for (int i = 0; i < waiting_n && !halt; i++) {
        taken[waiting[i].instance]++;
        meet(waiting[i].row, waiting[i].hash, waiting[i].parent);
    }
    waiting_n = 0;
}

static int breaks_a_step(size_t instance) {
    for (size_t i = 0; i < COUNT(steps); i++) {
        s = before_step, t = after_step;
        if (steps[i]()) continue;
        meet_waiting();
        if (halt) return 1;
        taken[instance]++;
        stop(BAD_STEP, (uint32_t)i, current);
        return 1;
    }
    return 0;
}

static void arrive(size_t instance) {
    if (collecting) {
        if (collected_n == collected_most) fail();
        W *out = collected + collected_n++ * (WIDTH + 1);
        out[0] = (W)instance;
        pack(out + 1);
        return;
    }
    if (breaks_a_step(instance)) return;
    W *packed = waiting[waiting_n].row, hash;
    pack(packed);
    hash = (W)hash_of(packed, WIDTH, 7);
    __builtin_prefetch(table + (hash & (table_size - 1)));
    waiting[waiting_n].hash = hash, waiting[waiting_n].parent = current;
    waiting[waiting_n].instance = (uint32_t)instance;
    if (++waiting_n == WAITING) meet_waiting();
}

/* Steps. */

static __attribute__((noinline)) int run(const struct instance *i, const W *arguments) {
    if (i->chooses && setjmp(on_disabled)) return 0;
    return i->run(arguments);
}

static int attempt(size_t n, const W *arguments) {
    int moved = 0;
    do {
        s = cells = after_step, choices = 0;
        if (run(&instances[n], arguments)) moved = 1, arrive(n);
        undo();
    } while (!halt && instances[n].chooses && next_script());
    return moved;
}

static int is_received(const struct instance *i, W message) {
    return is_record(message) && is_a[i->receives][at(message)[0]];
}

static int attempt_all(size_t n) {
    const struct instance *i = &instances[n];
    const W *arguments = constants + i->arguments;
    W given[MOST_ARGUMENTS], waiting, step = KEEPS ? 1 : 2;
    int moved = 0;
    if (i->receives < 0) return attempt(n, arguments);
    memcpy(given, arguments, i->n * sizeof(W));
    if (i->channel >= 0) {
        waiting = before_step[i->channel];
        given[i->position] = size(waiting) ? at(waiting)[0] : NONE;
        return is_received(i, given[i->position]) && attempt(n, given);
    }
    waiting = before_step[BAG < 0 ? 0 : BAG];
    for (W m = 0; m < size(waiting) && !halt; m += step) {
        W message = at(waiting)[m];
        if (!is_received(i, message)) continue;
        if (!i->everywhere && at(message)[dest_at[at(message)[0]]] != given[0]) continue;
        given[i->position] = message;
        moved |= attempt(n, given);
    }
    return moved;
}

static void expand_one(void) {
    int moved = 0;
    for (size_t n = 0; n < COUNT(instances) && !halt; n++) {
        int went = attempt_all(n);
        uint32_t *first = went ? enabled_in : disabled_in;
        if (!first[n]) first[n] = current + 1;
        moved |= went;
    }
    if (moved || halt || !watches_deadlock) return;
    meet_waiting();
    if (halt) return;
    if (!final || !is_true_of(final, before_step)) stop(STUCK, 0, current);
}

/* For Python. Every one gives FAILED where the state is to be handed over. */

int start(size_t arena_bytes, size_t states, int deadlock) {
    watches_deadlock = deadlock;
    arena_size = arena_bytes / sizeof(W), most_states = states;
    if (arena_size > NODE) arena_size = NODE;
    if (most_states > 0xfffffff0u) most_states = 0xfffffff0u;
    nodes_size = 1 << 12, table_size = 1 << 12;
    arena = reserve(arena_size * sizeof(W));
    rows = reserve((most_states + 1) * WIDTH * sizeof(W));
    parents = reserve((most_states + 1) * sizeof(W));
    stack = top = reserve(ON_STACK * sizeof(W));
    nodes = reserve(nodes_size * sizeof(W));
    table = reserve(table_size * sizeof *table);
    if (!arena || !rows || !parents || !stack || !nodes || !table) return FAILED;
    stack_end = stack + ON_STACK;
    return MORE;
}

int begin(const W *state) {
    switch (setjmp(on_failure)) { case UNDEFINED: return FAILED; case NO_ROOM: return FULL; }
    memcpy(after_step, state, sizeof after_step);
    halt = MORE, top = stack;
    W row[WIDTH];
    pack_all(row, after_step);
    meet(row, (W)hash_of(row, WIDTH, 7), 0xffffffffu);
    result.level_end = result.states;
    return halt;
}

/* Expand up to `most` states, or to the end of the level. */
int expand(uint64_t most) {
    halt = MORE, collecting = 0, waiting_n = 0, top = stack;
    memset(picks, 0, sizeof picks);
    switch (setjmp(on_failure)) { case UNDEFINED: return FAILED; case NO_ROOM: return FULL; }
    while (most-- && result.next < result.level_end) {
        current = (uint32_t)result.next++;
        load(rows + (size_t)current * WIDTH);
        expand_one();
        if (halt) return halt;
    }
    meet_waiting();
    if (halt) return halt;
    if (result.next < result.level_end) return MORE;
    result.level_end = result.states;
    return result.next == result.states ? DONE : LEVEL;
}

/* The successors of a state, each with the number of its instance. */
int64_t successors(uint32_t state, W *into, size_t most) {
    halt = MORE, collecting = 1, collected = into, collected_n = 0, collected_most = most;
    top = stack;
    memset(picks, 0, sizeof picks);
    if (setjmp(on_failure)) return -1;
    load(rows + (size_t)state * WIDTH);
    for (size_t n = 0; n < COUNT(instances); n++) attempt_all(n);
    collecting = 0;
    return (int64_t)collected_n;
}

/* Whether a claim is true of a row: the invariants, those awaited, the constraints, in turn. */
int judge(const W *of, size_t claim) {
    static W state[CELLS];
    top = stack;
    if (setjmp(on_failure)) return -1;
    unpack(state, of);
    if (claim < COUNT(invariants)) return is_true_of(invariants[claim], state);
    claim -= COUNT(invariants);
    if (claim < COUNT(awaited)) return is_true_of(awaited[claim], state);
    return is_within(state);
}

/* Whether the processes may stop in a row. */
int judge_final(const W *of) {
    static W state[CELLS];
    top = stack;
    if (setjmp(on_failure)) return -1;
    unpack(state, of);
    return final && is_true_of(final, state);
}

/* Whether a claim about steps is true of that from one row to another. */
int judge_step(const W *before, const W *after, size_t claim) {
    static W first[CELLS], second[CELLS];
    top = stack;
    if (setjmp(on_failure)) return -1;
    unpack(first, before), unpack(second, after);
    s = first, t = second;
    return steps[claim]();
}

size_t memory(void) {
    return (arena_used + nodes_size + result.states * (WIDTH + 1)) * sizeof(W) +
           table_size * sizeof *table;
}
const W *row_of(uint32_t state) { return rows + (size_t)state * WIDTH; }
W parent_of(uint32_t state) { return parents[state]; }
const W *arena_of(void) { return arena; }

void finish(void) {
    munmap(arena, arena_size * sizeof(W));
    munmap(rows, (most_states + 1) * WIDTH * sizeof(W));
    munmap(parents, (most_states + 1) * sizeof(W));
    munmap(stack, ON_STACK * sizeof(W));
    munmap(nodes, nodes_size * sizeof(W));
    munmap(table, table_size * sizeof *table);
}
