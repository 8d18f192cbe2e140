/* What instances do in a state.

   The outcomes of a slot depend on the few words of the row that it asks for, and on the message
   that is received. They are kept by these: which instance, what it writes, what it sends and
   discards, and which claims are to be asked of the state after it. A slot for which that does not
   pay is run each time. */

/* Sets of checks: NEED words of bits, and no fewer than one. */

static inline void clear(uint64_t *a) {
    a[0] = 0;
    for (int i = 1; i < NEED; i++) a[i] = 0;
}
static inline void join(uint64_t *a, const uint64_t *b) {
    a[0] |= b[0];
    for (int i = 1; i < NEED; i++) a[i] |= b[i];
}
static inline int meets(const uint64_t *a, const uint64_t *b) {
    uint64_t both = a[0] & b[0];
    for (int i = 1; i < NEED; i++) both |= a[i] & b[i];
    return both != 0;
}
static inline int any(const uint64_t *a) { return meets(a, a); }
static inline int holds(const uint64_t *a, int i) { return a[i / 64] >> i % 64 & 1; }
static inline void set_bit(uint64_t *a, int i) { a[i / 64] |= 1ull << i % 64; }
static inline void clear_bit(uint64_t *a, int i) { a[i / 64] &= ~(1ull << i % 64); }
static inline const uint64_t *touching_cell(int cell) { return touching + cell * NEED; }
static inline const uint64_t *all_of(int kind) { return of_kind + kind * NEED; }

/* The next of the checks in a set, from one on; CHECKS where there is none. */
static inline int next_in(const uint64_t *a, int from) {
    for (int i = from / 64; i < NEED; i++) {
        uint64_t left = a[i] >> (i == from / 64 ? from % 64 : 0);
        if (left) return (i == from / 64 ? from : i * 64) + __builtin_ctzll(left);
    }
    return CHECKS;
}

static inline int passes(int check) {
    return checks[check].is_true(constants + checks[check].arguments);
}

/* The state that is expanded. */
uint32_t current;
W *base_row;
uint64_t base_hash;
int state_is_loaded;

static int within_limits(void) {
    for (int c = NETWORK; c < CELLS; c++)
        if (!are_few(s[c])) return 0;
    return 1;
}

/* The state of the row that is expanded, for what reads it. */
void read_base(void) {
    unpack(before_step, base_row);
    copy_words(after_step, before_step, CELLS);
    state_is_loaded = 1, written_n = noted_n = 0;
}

/* The state after a step becomes that before it again. */
void undo(void) {
    if (written_n > MOST_WRITTEN) memcpy(after_step, before_step, CELLS * sizeof(W));
    else for (int i = 0; i < written_n; i++) after_step[written[i]] = before_step[written[i]];
    written_n = noted_n = 0;
}

/* The cells that a step changed, each perhaps several times. */
static inline int changes(void) { return written_n > MOST_WRITTEN ? CELLS : written_n; }
static inline int changed_cell(int i) { return written_n > MOST_WRITTEN ? i : written[i]; }

static uint64_t steps_n; /* for the `stamps` of groups */
static inline void arrive(struct successor *one); /* it is on its way (search.c) */
/* Of one that is outside the constraints no more is to be known, unless a claim is asked of it. */
static void leave_out(int instance);
enum { NOTHING, SUCCESSORS, EDGES, ROWS };
static int is_collecting; /* successors or edges, for Python; or rows that may be forgotten ones */
/* Those claims about steps that are `unchanged` are asked of every step (search.c). */
static inline int all_are_asked(void) { return is_collecting || (STEPS && any(unchanged)); }
static inline int is_asked(const uint64_t *need) {
    return all_are_asked() || meets(need, all_of(INVARIANT)) || (STEPS && meets(need, all_of(STEP)));
}

/* An outcome that is noted, with the bits that it writes into the words of a row behind it. What it
   sends and discards is a node; `only_sends` if it is not nothing. `may_be_asked` is whether claims
   are, though it should be outside of the constraints. */
struct outcome {
    int instance, writes;
    W length, changes;
    unsigned char within, may_be_asked, only_sends;
    uint64_t need[];
};
static inline size_t head_of_outcome(void) {
    return sizeof(struct outcome) + NEED * sizeof(uint64_t);
}

_Static_assert(MOST_ASKED == 3, "with the message, a key is four words");
static int noting = -1, notes_n, too_much; /* the slot whose outcomes are noted */
#define RARELY 4 /* outcomes are kept where they are asked for more often than so many times */

static int asks_for(const struct slot *slot, int group) {
    for (int i = 0; i < MOST_ASKED; i++)
        if (slot->asked[i] == group) return 1;
    return 0;
}

/* What the claims say that read messages, is not known before it is known which there are. */
static void note_messages(struct outcome *one) {
    if (!noted_n) return;
    one->changes = node(TUPLE, 2 * noted_n, noted[0]), one->only_sends = 1;
    for (int i = 0; i < noted_n; i++) {
        const uint64_t *read_it = touching_cell(place_of_message(noted[i][1]));
        one->only_sends &= noted[i][0] == SENT;
        one->may_be_asked |= meets(read_it, all_of(INVARIANT)) || meets(read_it, all_of(STEP));
    }
}

static void note_outcome(int instance) {
    if (noted_n > MOST_NOTED || notes_used + ROOM_FOR_NOTES > notes_size) {
        too_much = 1;
        return;
    }
    struct outcome *one = (struct outcome *)(notes + notes_used);
    struct write *writes = (struct write *)(notes + notes_used + head_of_outcome());
    *one = (struct outcome){.instance = instance, .within = 1};
    clear(one->need), steps_n++;
    for (int i = 0; i < changes(); i++) {
        int cell = changed_cell(i), g = group_of[cell];
        if (after_step[cell] == before_step[cell]) continue;
        if (is_of_network(cell) && notes_messages) continue;
        join(one->need, touching_cell(cell));
        if (is_of_network(cell)) one->within &= are_few(after_step[cell]);
        if (stamps[g] == steps_n) continue;
        stamps[g] = steps_n;
        writes[one->writes++] = writing(g, group_in(after_step, g));
    }
    note_messages(one);
    for (int i = next_in(one->need, 0); i < CHECKS; i = next_in(one->need, i + 1)) {
        if (!holds(local + noting * NEED, i)) continue;
        s = checks[i].kind == STEP ? before_step : after_step, t = after_step;
        int is_true = passes(i);
        if (checks[i].kind == CONSTRAINT) one->within &= is_true;
        if (is_true || checks[i].kind == CONSTRAINT) clear_bit(one->need, i);
    }
    one->may_be_asked |= meets(one->need, all_of(INVARIANT)) || meets(one->need, all_of(STEP));
    one->length = (head_of_outcome() + one->writes * sizeof *writes + 7) & ~7u;
    notes_used += one->length, notes_n++;
}

/* A group of several cells changes once in each step. */
static uint64_t changed_group(W *row, uint64_t hash, int g) {
    if (stamps[g] == steps_n) return hash;
    stamps[g] = steps_n;
    return replaced(row, hash, g, group_in(after_step, g));
}

/* What an instance did just now, on its way. */
static void on_its_way(int instance) {
    struct successor *one = fresh_successor();
    W *row = one->row;
    uint64_t hash = base_hash, *need = one->need;
    int n = changes(), by_network = 0;
    clear(need), copy_row(row, base_row), steps_n++;
    for (int i = 0; i < n; i++) {
        int cell = changed_cell(i), g = group_of[cell];
        W then = after_step[cell];
        if (then == before_step[cell]) continue;
        join(need, touching_cell(cell));
        by_network |= is_of_network(cell);
        hash = groups[g].n > 1 ? changed_group(row, hash, g) : replaced(row, hash, g, then);
    }
    one->hash = hash, one->instance = instance;
    s = after_step;
    one->within = !by_network || within_limits();
    arrive(one);
}

/* The same where all cells are fields of a row, and each claim is a bit of one word. */
static void on_its_short_way(int instance) {
    W *row = fresh_successor()->row;
    uint64_t hash = base_hash, need = 0;
    copy_row(row, base_row);
    for (int i = 0; i < written_n; i++) take_over(written[i], row, &hash, &need);
    written_n = 0, led_to(instance, hash, need);
}

static int way_is_short(void) {
    return GROUPS == CELLS && NETWORK == CELLS && NEED == 1 && written_n <= MOST_WRITTEN;
}

/* Runs. */

void did(int instance) {
    if (noting >= 0) note_outcome(instance);
    else if (way_is_short()) on_its_short_way(instance);
    else on_its_way(instance);
    if (written_n | noted_n) undo();
    s = after_step;
}

static int attempt(int n, const W *arguments) {
    s = after_step;
    int went = instances[n].run(arguments);
    if (went) did(n);
    else if (written_n | noted_n) undo();
    return went;
}

/* Where there is nothing to choose from, the instance is not enabled. */
static __attribute__((noinline)) int run_script(int n, const W *arguments) {
    W *from = top;
    choices = 0;
    if (!setjmp(on_disabled)) return attempt(n, arguments);
    top = from, undo();
    return 0;
}

static int attempt_choices(int n, const W *arguments) {
    int moved = 0;
    do moved |= run_script(n, arguments); while (!halt && next_script());
    return moved;
}

/* What cannot be said in C: Python puts into `answers` of each outcome how many cells it has, and
   each with its word. */
static W answers[1 << 16];
static int (*interpreter)(int instance, W message);

static int (*judge_in_python)(int claim, const W *now, const W *then);

int asks_python(int claim) {
    int found = judge_in_python(claim, s, t);
    if (!found) fail();
    return found - 1;
}

static int attempt_in_python(int n, W message) {
    int found = interpreter(n, message) - 1;
    if (found < 0) fail();
    const W *from = answers;
    for (int i = 0; i < found && !halt; i++) {
        for (W left = *from++; left; left--, from += 2) put((int)from[0], from[1]);
        on_its_way(n), undo();
    }
    return found > 0;
}

static int is_received(const struct instance *i, W message) {
    return is_record(message) && is_kind(i->receives, message);
}

/* Run the instances of a slot; whether one of them does something. */
static int run_slot(const struct slot *slot, W message) {
    int moved = 0;
    if (slot->each && noting < 0) return slot->each(slot);
    load_state();
    for (int j = 0; j < slot->n && !halt; j++) {
        int n = in_slot[slot->first + j].instance, went = 0;
        const struct instance *i = &instances[n];
        const W *arguments = constants + i->arguments;
        W given[MOST_ARGUMENTS];
        if (i->receives >= 0) {
            memcpy(given, arguments, i->n * sizeof(W));
            given[i->position] = message, arguments = given;
        }
        if (i->receives >= 0 && !is_received(i, message)) went = 0;
        else if (INTERPRETED && !i->run) went = attempt_in_python(n, message);
        else went = i->chooses ? attempt_choices(n, arguments) : attempt(n, arguments);
        note_first((went ? enabled_in : disabled_in) + n);
        moved |= went;
    }
    return moved;
}
